{# A score below 50 speaks against the account: its sign is a minus, and its
   reason has to name what is little. #}
{% macro is_weak(score) -%}
{{ score }} < 50
{%- endmacro %}

{% macro only_where_weak(score) -%}
case when {{ is_weak(score) }} then 'only ' else '' end
{%- endmacro %}
