{# Whether ABM as a whole belongs here: long cycles, large deals, few customers
   too big to lose. #}
with

opportunities as (
    select
        {{ money('amount') }} as amount,
        is_won,
        created_date,
        closed_date
    from {{ ref('int_opportunities') }}
    where is_won
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

flags as (
    select account_id, is_too_big_to_lose from {{ ref('int_account_flags') }}
),

styles as (
    select account_id, effective_style from {{ ref('int_account_styles') }}
),

limits as (
    select
        {{ benchmark('long_cycle_days') }} as long_cycle_days,
        {{ benchmark('large_deal') }}
        * {{ exact_policy_number('scale_factor') }} as large_deal
),

deals as (
    select
        count(*) as won_deals,
        {{ money(
            'percentile_cont(0.5) within group (order by opportunities.amount)'
        ) }} as median_deal,
        percentile_cont(0.5) within group (
            order by case
                when opportunities.created_date <= opportunities.closed_date
                    then {{ dbt.datediff(
                        'opportunities.created_date',
                        'opportunities.closed_date', 'day'
                    ) }}
            end
        ) as median_cycle
    from opportunities
    cross join build_context
    where opportunities.closed_date <= build_context.as_of_date
),

too_big as (
    select count(*) as too_big_to_lose
    from flags
    where is_too_big_to_lose
),

narrow as (
    select count(*) as narrow_sense
    from styles
    where effective_style = 'one_to_one'
),

shape as (
    select
        deals.won_deals,
        deals.median_cycle,
        deals.median_deal,
        too_big.too_big_to_lose,
        narrow.narrow_sense,
        limits.large_deal,
        coalesce(deals.median_cycle >= limits.long_cycle_days, false)
            as has_long_cycles,
        coalesce(deals.median_deal >= limits.large_deal, false)
            as has_large_deals,
        too_big.too_big_to_lose > 0 as has_too_big_to_lose
    from deals
    cross join too_big
    cross join narrow
    cross join limits
)

select * from shape
