{# The ledger has a row for each answer of a qualification; here it is one. #}
with

ledger as (
    select
        account_id,
        rule,
        qualified_on,
        valid_from,
        ended_on,
        minutes,
        people,
        sales_answer,
        sales_reason,
        row_number() over (
            partition by account_id, rule, qualified_on
            order by valid_from desc
        ) as place
    from {{ ledger_before('stg_ops__qualification_ledger') }} as before
),

past as (
    select
        account_id,
        rule,
        qualified_on,
        minutes,
        people,
        sales_answer,
        sales_reason,
        case
            when sales_answer = 'rejected' then valid_from else ended_on
        end as ended_on
    from ledger
    where place = 1
)

select * from past
