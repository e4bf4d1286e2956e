{# 0.427 -> 43 % #}
{% macro percent(share) -%}
{{ dbt.concat([
    "cast(round(cast(100 * " ~ share ~ " as decimal(12, 2)), 0) as integer)",
    "' %'"
]) }}
{%- endmacro %}
