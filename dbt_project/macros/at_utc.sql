{# A moment as the clock shows it in UTC, whatever zone the session is in. #}
{% macro at_utc(moment) -%}
    {{ adapter.dispatch('at_utc', 'abm')(moment) }}
{%- endmacro %}

{% macro default__at_utc(moment) -%}
    {{ moment }}
{%- endmacro %}

{% macro postgres__at_utc(moment) -%}
    {{ moment }} at time zone 'UTC'
{%- endmacro %}
