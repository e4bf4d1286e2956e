{# 2400000 -> 2.4 million; 250000 -> 250 thousand; 900 -> 900 #}
{% macro amount_in_words(amount) -%}
case
    when {{ amount }} >= 999950
        then {{ dbt.concat([
            "cast(round(cast(" ~ amount ~ " as decimal(20, 2)) / 1000000, 1)"
            ~ " as decimal(16, 1))", "' million'"
        ]) }}
    when {{ amount }} >= 9999.5
        then {{ dbt.concat([
            "cast(round(cast(" ~ amount ~ " as decimal(20, 2)) / 1000, 0)"
            ~ " as bigint)", "' thousand'"
        ]) }}
    else cast(cast(round({{ amount }}, 0) as bigint) as {{ dbt.type_string() }})
end
{%- endmacro %}
