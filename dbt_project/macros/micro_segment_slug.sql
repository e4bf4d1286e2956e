{# 'banking', 'payment automation' -> 'banking-payment-automation': the stem of
   a cluster's id. #}
{% macro micro_segment_slug(industry, imperative) -%}
    {{ slug(dbt.concat([
        "coalesce(" ~ industry ~ ", 'all')", "'-'",
        "coalesce(" ~ imperative ~ ", '')",
    ])) }}
{%- endmacro %}
