{# ' SAP ; Oracle DB' -> 'sap;oracle db'; null where nothing is left. #}
{% macro comparable_list(text) -%}
    nullif(
        replace(replace({{ comparable_text(text) }}, ' ;', ';'), '; ', ';'), ''
    )
{%- endmacro %}
