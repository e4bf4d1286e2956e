with

segments as (
    select * from {{ ref('int_market_segments') }}
),

growth as (
    select sum(revenue) as revenue from {{ ref('int_account_growth') }}
),

summed as (
    select
        count(*) as segments,
        percentile_cont(0.5) within group (order by accounts)
            as median_accounts,
        sum(case when is_well_defined then 1 else 0 end)
            as well_defined_segments,
        sum(case when is_new_market then 1 else 0 end) as new_markets,
        sum(case when is_well_defined then revenue else 0 end)
            as revenue_of_well_defined,
        max(revenue_share) as largest_share
    from segments
),

with_share as (
    select
        summed.*,
        {{ ratio('summed.revenue_of_well_defined', 'growth.revenue') }}
            as well_defined_share
    from summed
    cross join growth
)

select * from with_share
