{# A rejected qualification is told once, by int_qualifications, and holds
   no more. #}
with

qualifications as (
    select * from {{ ref('int_qualifications') }}
),

holding as (
    select
        account_id,
        rule,
        label,
        trigger_priority,
        minutes,
        people,
        qualified_on,
        is_met,
        sales_answer
    from qualifications
    where coalesce(sales_answer, 'none') <> 'rejected'
)

select * from holding
