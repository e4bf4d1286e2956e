{# 0 to 100 points with two decimals, exact; null stays null. #}
{% macro points(score) -%}
cast(
    least(greatest(round(cast({{ score }} as decimal(20, 6)), 2), 0), 100)
    as decimal(5, 2)
)
{%- endmacro %}
