{#
    The mailbox behind a mail address in lower case: Gmail reads no dots and no +tags, so one person can have many.

    ann.lee+crm@gmail.com, annlee@googlemail.com  annlee@gmail.com
    ann.lee@acme.example                          ann.lee@acme.example
#}
{% macro mailbox(address) -%}
    case
        when {{ address }} like '%@gmail.com' or {{ address }} like '%@googlemail.com'
            then {{ dbt.concat([
                'replace(' ~ dbt.split_part(dbt.split_part(address, "'@'", 1), "'+'", 1) ~ ", '.', '')",
                "'@gmail.com'",
            ]) }}
        else {{ address }}
    end
{%- endmacro %}
