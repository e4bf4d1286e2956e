{# How much of the last period's new pipeline came from outside the lists: from
   accounts nobody owns, or sold by somebody else than who has the account. #}
with

opportunities as (
    select account_id, owner_id, {{ money('amount') }} as amount, created_date
    from {{ ref('int_opportunities') }}
),

listed as (
    select account_id, owner_id from {{ ref('int_listed_accounts') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

policy as (
    select {{ policy_number('revenue_potential.period_days') }} as days
),

new_pipeline as (
    select
        opportunities.amount,
        listed.account_id is null
        or coalesce(opportunities.owner_id <> listed.owner_id, false)
            as is_outside
    from opportunities
    cross join build_context
    cross join policy
    left join listed on opportunities.account_id = listed.account_id
    where
        opportunities.created_date <= build_context.as_of_date
        and {{ dbt.datediff(
            'opportunities.created_date', 'build_context.as_of_date', 'day'
        ) }} < policy.days
),

summed as (
    select
        {{ money('sum(amount)') }} as new_pipeline,
        {{ ratio(
            'sum(case when is_outside then amount else 0 end)', 'sum(amount)'
        ) }} as outside_share
    from new_pipeline
)

select * from summed
