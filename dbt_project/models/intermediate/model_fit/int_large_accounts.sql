{# Who is large: by revenue, by growth, by potential, or too big to lose; and
   who of them has no plan: no 1:One seat, or nobody who owns it. #}
with

growth as (
    select
        account_id,
        revenue,
        growth,
        row_number() over (order by revenue desc, account_id asc)
            as revenue_rank,
        row_number() over (order by growth desc, account_id asc)
            as growth_rank
    from {{ ref('int_account_growth') }}
),

styles as (
    select account_id, value_band, effective_style
    from {{ ref('int_account_styles') }}
),

highest as (
    select style as highest_style from {{ ref('stg_ops__policy_styles') }}
    where style_rank = 1
),

flags as (
    select account_id, is_too_big_to_lose from {{ ref('int_account_flags') }}
),

owned as (
    select account_id from {{ ref('int_listed_accounts') }}
),

limits as (
    select {{ benchmark('top_accounts') }} as top_accounts
),

judged as (
    select
        styles.account_id,
        coalesce(
            growth.revenue > 0 and growth.revenue_rank <= limits.top_accounts,
            false
        ) as is_top_by_revenue,
        coalesce(
            growth.growth > 0 and growth.growth_rank <= limits.top_accounts,
            false
        ) as is_top_by_growth,
        styles.value_band = highest.highest_style as has_high_potential,
        flags.is_too_big_to_lose,
        growth.revenue_rank,
        growth.growth_rank,
        styles.effective_style = highest.highest_style as has_seat,
        owned.account_id is not null as has_owner
    from styles
    cross join highest
    cross join limits
    inner join flags on styles.account_id = flags.account_id
    left join growth on styles.account_id = growth.account_id
    left join owned on styles.account_id = owned.account_id
),

large as (
    select
        *,
        has_seat and has_owner as has_plan
    from judged
    where
        is_top_by_revenue
        or is_top_by_growth
        or has_high_potential
        or is_too_big_to_lose
)

select * from large
