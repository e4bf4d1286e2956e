{# ' Acme   Ltd ' -> 'Acme Ltd'; null where nothing is left. #}
{% macro single_blanks(text) -%}
    {{ return(adapter.dispatch('single_blanks')(text)) }}
{%- endmacro %}

{% macro default__single_blanks(text) -%}
nullif(trim(regexp_replace({{ text }}, '\\s+', ' ')), '')
{%- endmacro %}

{% macro postgres__single_blanks(text) -%}
nullif(trim(regexp_replace({{ text }}, '\s+', ' ', 'g')), '')
{%- endmacro %}
