{# 0 to 100 points with two decimals, exact; unknown stays unknown, which
   `least` and `greatest` alone would turn into 0. #}
{% macro points(score) -%}
cast(
    case
        when {{ score }} is not null then least(
            greatest(round(cast({{ score }} as decimal(20, 6)), 2), 0), 100
        )
    end as decimal(5, 2)
)
{%- endmacro %}
