{# A ledger as it stood before the as-of date, so that a second build of a day
   reads what the first did: rows that began earlier, with `ended_on` null
   where they still held on that date. #}
{% macro ledger_before(ledger) %}
(
    select
        ledger.*,
        case
            when ledger.valid_to < context.as_of_date then ledger.valid_to
        end as ended_on
    from {{ ref(ledger) }} as ledger
    cross join {{ ref('stg_ops__build_context') }} as context
    where ledger.valid_from < context.as_of_date
)
{%- endmacro %}
