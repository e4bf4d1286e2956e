{# The type every amount is calculated in: exact, so that the order in which
   rows are summed cannot change the result. #}
{% macro money(amount) -%}
cast({{ amount }} as decimal(20, 2))
{%- endmacro %}
