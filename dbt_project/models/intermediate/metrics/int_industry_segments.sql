with

peers as (
    select account_id, industry_key from {{ ref('int_account_peers') }}
),

revenue as (
    select account_id, won_deals, yearly_spend
    from {{ ref('int_account_revenue') }}
),

segments as (
    select
        peers.industry_key,
        count(*) as accounts,
        sum(case when revenue.won_deals > 0 then 1 else 0 end) as customers,
        sum(coalesce(revenue.yearly_spend, 0)) as revenue
    from peers
    left join revenue on peers.account_id = revenue.account_id
    group by peers.industry_key
),

summed as (
    select
        count(industry_key) as segments,
        sum(accounts) as accounts,
        sum(customers) as customers,
        sum(revenue) as revenue,
        sum(
            case
                when
                    industry_key is not null
                    and customers > 0
                    and customers
                    <= {{ benchmark('accounts_per_segment_maximum') }}
                    then revenue
                else 0
            end
        ) as revenue_of_small_segments
    from segments
)

select * from summed
