{# Exact quotient with six decimals; nothing to divide by gives unknown. #}
{% macro ratio(part, whole) -%}
cast(
    cast({{ part }} as decimal(20, 6)) / nullif({{ whole }}, 0)
    as decimal(20, 6)
)
{%- endmacro %}
