{# A sum that is the same whatever the order of the rows, to four decimals. #}
{% macro exact_sum(number) -%}
    cast(
            sum(cast({{ number }} as decimal(18, 4))) as double precision
        )
{%- endmacro %}
