{#
    A mail address in lower case without blanks around it; null where it cannot be one.

    ' Ann.Lee@Acme.example '  ann.lee@acme.example
    'unknown', 'a@b', '@x.y'  null
#}
{% macro normalised_email(address) -%}
    case
        when trim({{ address }}) like '_%@_%._%' and trim({{ address }}) not like '% %'
            then lower(trim({{ address }}))
    end
{%- endmacro %}
