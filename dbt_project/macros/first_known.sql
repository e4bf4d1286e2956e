{# The value of the best ranked record of a group that has one. #}
{% macro first_known(column, group, record_rank) -%}
    first_value({{ column }}) over (
        partition by {{ group }}
        order by
            case when {{ column }} is null then 1 else 0 end, {{ record_rank }}
        rows between unbounded preceding and unbounded following
    )
{%- endmacro %}
