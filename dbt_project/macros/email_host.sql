{# The host of a mail address that `normalised_email` has let through. #}
{% macro email_host(address) -%}
    {{ dbt.split_part(address, "'@'", 2) | trim }}
{%- endmacro %}
