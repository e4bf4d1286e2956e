{# One row per style and month, also where nothing happened. #}
with

months as (
    select month_start, is_whole from {{ ref('int_metric_months') }}
),

styles as (
    select style, planned_spend from {{ ref('stg_ops__policy_styles') }}
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

retention as (
    select * from {{ ref('int_style_retention') }}
),

spend as (
    select * from {{ ref('int_style_spend') }}
),

joined as (
    select
        styles.style,
        months.month_start as month,
        months.is_whole,
        styles.planned_spend as planned_spend_per_account,
        coalesce(mix.accounts, 0) as accounts,
        mix.customers,
        coalesce(engagement.accounts_engaged, 0) as accounts_engaged,
        engagement.people_engaged,
        coalesce(engagement.activities, 0) as activities,
        coalesce(engagement.minutes, 0) as engaged_minutes,
        coalesce(engagement.meetings, 0) as meetings,
        coalesce(engagement.website_visits, 0) as website_visits,
        coalesce(engagement.content_downloads, 0) as content_downloads,
        coalesce(pipeline.created, 0) as opportunities_created,
        coalesce(pipeline.open_deals, 0) as opportunities_open,
        coalesce(pipeline.won, 0) as opportunities_won,
        pipeline.won + pipeline.lost as opportunities_closed,
        coalesce(pipeline.revenue_won, 0) as revenue_won,
        coalesce(pipeline.acquisition_revenue, 0) as acquisition_revenue,
        coalesce(retention.customers_retained, 0) as customers_retained,
        retention.customers_before,
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
    left join retention
        on
            styles.style = retention.style
            and months.month_start = retention.month_start
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
        revenue_won - acquisition_revenue as expansion_revenue,
        {{ ratio('customers_retained', 'customers_before') }}
            as retention_rate,
        {{ ratio('spend', 'sum(spend) over (partition by month)') }}
            as spend_share,
        {# Spend has no days, so a running month cannot be made a year. #}
        case
            when is_whole then {{ ratio('spend * 12', 'accounts') }}
        end as yearly_spend_per_account,
        case
            when spend > 0 then {{ ratio('spend', 'accounts_engaged') }}
        end as cost_per_engaged_account
    from joined
),

with_velocity as (
    select
        *,
        {{ ratio(
            'opportunities_open * win_rate * median_deal_size',
            'median_cycle_days'
        ) }} as pipeline_velocity
    from with_ratios
)

select * from with_velocity
