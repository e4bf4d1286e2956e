{# 'Banking & Finance, DE' -> 'banking-finance-de' #}
{% macro slug(text) -%}
    {{ return(adapter.dispatch('slug')(text)) }}
{%- endmacro %}

{% macro default__slug(text) -%}
trim(both '-' from regexp_replace(lower({{ text }}), '[^\\p{Alnum}]+', '-'))
{%- endmacro %}

{% macro postgres__slug(text) -%}
trim(both '-' from regexp_replace(lower({{ text }}), '[^[:alnum:]]+', '-', 'g'))
{%- endmacro %}
