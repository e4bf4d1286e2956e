{# ' Computer_Software' -> 'computer software': how the policy compares texts. #}
{% macro matching_text(text) -%}
trim(lower(replace({{ text }}, '_', ' ')))
{%- endmacro %}
