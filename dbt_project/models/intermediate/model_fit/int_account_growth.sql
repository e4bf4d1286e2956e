{# What each account brought in the last period and in the one before it. #}
with

sales as (
    select
        account_id,
        {{ money('amount') }} as amount,
        type = 'renewal' as is_renewal,
        is_won,
        closed_date
    from {{ ref('int_opportunities') }}
    where is_closed and account_id is not null
),

revenue as (
    select account_id, first_won_date
    from {{ ref('int_account_revenue') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

policy as (
    select {{ policy_number('revenue_potential.period_days') }} as days
),

with_age as (
    select
        sales.*,
        policy.days,
        sales.closed_date > revenue.first_won_date as is_expansion,
        {{ dbt.datediff(
            'sales.closed_date', 'build_context.as_of_date', 'day'
        ) }} as age_in_days
    from sales
    cross join build_context
    cross join policy
    left join revenue on sales.account_id = revenue.account_id
    where sales.closed_date <= build_context.as_of_date
),

with_period as (
    select
        *,
        case
            when age_in_days < days then 'last'
            when age_in_days < 2 * days then 'before'
        end as period
    from with_age
    where age_in_days < 2 * days
),

summed as (
    select
        account_id,
        {{ money(
            "sum(case when is_won and period = 'last' then amount else 0 end)"
        ) }} as revenue,
        {{ money(
            "sum(case when is_won and period = 'before' then amount else 0 end)"
        ) }} as revenue_before,
        {{ money(
            "sum(case when is_won and is_expansion and period = 'last'"
            ~ " then amount else 0 end)"
        ) }} as expansion_revenue,
        sum(
            case
                when is_won and is_renewal and period = 'last' then 1 else 0
            end
        ) as renewals_won,
        sum(
            case
                when not is_won and is_renewal and period = 'last' then 1
                else 0
            end
        ) as renewals_lost
    from with_period
    group by account_id
),

with_growth as (
    select
        *,
        greatest(revenue - revenue_before, 0) as growth
    from summed
)

select * from with_growth
