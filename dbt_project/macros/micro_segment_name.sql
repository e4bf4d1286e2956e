{# 'Banking: payment automation', 'Banking: no shared imperative 2'. It is made
   of what never changes, so that a field that shows it does not either. #}
{% macro micro_segment_name(cluster) -%}
    {%- set industry = "coalesce(" ~ cluster ~ ".industry, 'several industries')" -%}
    {{ dbt.concat([
        "upper(left(" ~ industry ~ ", 1))",
        "substring(" ~ industry ~ ", 2)",
        "': '",
        "coalesce(" ~ cluster ~ ".imperative, 'no shared imperative')",
        "case when " ~ cluster ~ ".micro_segment_number > 1 then "
        ~ dbt.concat(["' '", cluster ~ ".micro_segment_number"])
        ~ " else '' end",
    ]) }}
{%- endmacro %}
