{# A record's name across all sources: 'salesforce:001A'; null where there is no record. #}
{% macro record_key(source, record_id) -%}
    {{ dbt.concat(["'" ~ source ~ ":'", record_id]) }}
{%- endmacro %}
