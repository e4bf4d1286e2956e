{# Text without blanks around it; null where nothing is left. #}
{% macro blank_to_null(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}
