{# How much of the last period's revenue and growth hangs on how few. #}
with

customers as (
    select
        account_id,
        revenue,
        growth,
        row_number() over (order by revenue asc, account_id asc)
            as place_from_below
    from {{ ref('int_account_growth') }}
    where revenue > 0
),

large as (
    select account_id, is_top_by_revenue, is_top_by_growth, has_plan
    from {{ ref('int_large_accounts') }}
),

summed as (
    select
        count(*) as customers,
        sum(customers.revenue) as revenue,
        sum(customers.growth) as growth,
        sum(case when large.is_top_by_revenue then customers.revenue else 0 end)
            as revenue_of_top,
        sum(case when large.is_top_by_growth then customers.growth else 0 end)
            as growth_of_top,
        sum(customers.revenue * customers.place_from_below) as ranked_revenue
    from customers
    left join large on customers.account_id = large.account_id
),

plans as (
    select
        count(*) as large_accounts,
        coalesce(sum(case when has_plan then 0 else 1 end), 0)
            as large_without_plan
    from large
),

with_shares as (
    select
        summed.customers,
        plans.large_accounts,
        plans.large_without_plan,
        {{ ratio('summed.revenue_of_top', 'summed.revenue') }} as top_share,
        {{ ratio('summed.growth_of_top', 'summed.growth') }} as growth_share,
        2 * {{ ratio(
            'summed.ranked_revenue', 'summed.customers * summed.revenue'
        ) }} - {{ ratio('summed.customers + 1', 'summed.customers') }} as gini
    from summed
    cross join plans
)

select * from with_shares
