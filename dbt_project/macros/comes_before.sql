{# Whether one of two accounts of one score has the better place, see best_first. #}
{% macro comes_before(one, other) -%}
(
    coalesce({{ one }}.annual_potential > {{ other }}.annual_potential, false)
    or (
        {{ one }}.annual_potential is not null
        and {{ other }}.annual_potential is null
    )
    or (
        coalesce(
            {{ one }}.annual_potential = {{ other }}.annual_potential,
            {{ one }}.annual_potential is null
            and {{ other }}.annual_potential is null
        )
        and {{ one }}.account_id < {{ other }}.account_id
    )
)
{%- endmacro %}
