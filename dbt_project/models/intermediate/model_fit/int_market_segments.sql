{# One row per industry: how many accounts and customers it has, what share of
   the last period's revenue, and whether it is a market just entered. #}
with

peers as (
    select account_id, industry_key from {{ ref('int_account_peers') }}
    where industry_key is not null
),

revenue as (
    select account_id, won_deals, first_won_date
    from {{ ref('int_account_revenue') }}
),

growth as (
    select account_id, revenue from {{ ref('int_account_growth') }}
),

all_growth as (
    select sum(revenue) as revenue from growth
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

policy as (
    select
        {{ policy_number('revenue_potential.period_days') }} as days,
        {{ benchmark('accounts_per_segment_maximum') }} as maximum_accounts
),

segments as (
    select
        peers.industry_key as segment,
        count(*) as accounts,
        sum(case when revenue.won_deals > 0 then 1 else 0 end) as customers,
        sum(coalesce(growth.revenue, 0)) as revenue,
        min(revenue.first_won_date) as first_won_date
    from peers
    left join revenue on peers.account_id = revenue.account_id
    left join growth on peers.account_id = growth.account_id
    group by peers.industry_key
),

judged as (
    select
        segments.segment,
        segments.accounts,
        segments.customers,
        segments.revenue,
        {{ ratio('segments.revenue', 'all_growth.revenue') }}
            as revenue_share,
        segments.first_won_date,
        segments.accounts <= policy.maximum_accounts as is_well_defined,
        coalesce({{ dbt.datediff(
            'segments.first_won_date', 'build_context.as_of_date', 'day'
        ) }} < policy.days, false) as is_new_market
    from segments
    cross join all_growth
    cross join build_context
    cross join policy
)

select * from judged
