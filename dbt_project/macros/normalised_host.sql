{#
    The bare host of a web address, in lower case; null where there is none.

    ' HTTPS://www.Acme.example:443/about?x=1 '  acme.example
    'shop.acme.example.'                        shop.acme.example
    'n/a', 'none', 'localhost'                  null
#}
{% macro normalised_host(address) -%}
    {%- set schemeless -%}
        replace(replace(lower(trim({{ address }})), 'https://', ''), 'http://', '')
    {%- endset -%}
    {%- set authority = before_first(schemeless, ["/", "?", "#", ":"]) -%}
    {%- set host -%}
        trim(trailing '.' from trim(replace(' ' || {{ authority }}, ' www.', '')))
    {%- endset -%}
    case
        when {{ host }} like '%_._%' and {{ host }} not like '% %'
            and {{ host }} not like '%@%' then {{ host }}
    end
{%- endmacro %}
