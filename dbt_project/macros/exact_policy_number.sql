{# A number of the policy as an exact decimal, so that 29 % of 100 is 29. #}
{% macro exact_policy_number(setting) -%}
cast({{ policy_number(setting) }} as decimal(20, 10))
{%- endmacro %}
