{# A rehearsal (`abm simulate`) builds the same models in schemas of its own, whose names begin with the prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name -%} {{ env_var('ABM_DBT_SCHEMA_PREFIX', '') }}{{ custom_schema_name }}
    {%- else -%} {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
