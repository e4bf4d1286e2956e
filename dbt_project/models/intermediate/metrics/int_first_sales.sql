{# No as-of date enters: a sale to come is after every day that is counted. #}
with

sales as (
    select account_id, closed_date
    from {{ ref('int_opportunities') }}
    where is_won and account_id is not null and closed_date is not null
),

per_account as (
    select account_id, min(closed_date) as first_won_date
    from sales
    group by account_id
)

select * from per_account
