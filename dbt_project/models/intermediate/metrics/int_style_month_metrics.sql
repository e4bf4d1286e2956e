{# One row per style and month, also where nothing happened. #}
with

months as (
    select month_start from {{ ref('int_metric_months') }}
),

styles as (
    select style from {{ ref('stg_ops__policy_styles') }}
),

mix as (
    select * from {{ ref('int_style_mix') }}
),

engagement as (
    select * from {{ ref('int_style_engagement') }}
),

pipeline as (
    select * from {{ ref('int_style_pipeline') }}
),

spend as (
    select * from {{ ref('int_style_spend') }}
),

joined as (
    select
        styles.style,
        months.month_start as month,
        coalesce(mix.accounts, 0) as accounts,
        mix.customers,
        coalesce(engagement.accounts_engaged, 0) as accounts_engaged,
        engagement.people_engaged,
        coalesce(engagement.activities, 0) as activities,
        coalesce(engagement.minutes, 0) as engaged_minutes,
        coalesce(engagement.meetings, 0) as meetings,
        coalesce(pipeline.created, 0) as opportunities_created,
        coalesce(pipeline.won, 0) as opportunities_won,
        pipeline.won + pipeline.lost as opportunities_closed,
        coalesce(pipeline.revenue_won, 0) as revenue_won,
        pipeline.median_deal_size,
        pipeline.median_cycle_days,
        {# Nothing recorded for any style means not known, not free. #}
        case
            when max(spend.spend) over (partition by months.month_start) > 0
                then coalesce(spend.spend, 0)
        end as spend
    from styles
    cross join months
    left join mix
        on styles.style = mix.style and months.month_start = mix.month_start
    left join engagement
        on
            styles.style = engagement.style
            and months.month_start = engagement.month_start
    left join pipeline
        on
            styles.style = pipeline.style
            and months.month_start = pipeline.month_start
    left join spend
        on
            styles.style = spend.style
            and months.month_start = spend.month_start
),

with_ratios as (
    select
        *,
        {{ ratio('customers', 'accounts') }} as customer_share,
        {{ ratio('people_engaged', 'accounts_engaged') }}
            as people_engaged_per_account,
        {{ ratio('opportunities_won', 'opportunities_closed') }} as win_rate,
        {{ ratio('spend * 12', 'accounts') }} as yearly_spend_per_account,
        case
            when spend > 0 then {{ ratio('spend', 'accounts_engaged') }}
        end as cost_per_engaged_account
    from joined
)

select * from with_ratios
