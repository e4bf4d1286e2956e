{# One row per style and month, also where nothing happened. #}
{% set tracks = {
    'all': '', 'acquisition': 'acquisition_', 'customers': 'customer_',
} %}

with

months as (
    select month_start, last_day, is_whole from {{ ref('int_metric_months') }}
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

mail as (
    select * from {{ ref('int_style_mail') }}
),

pipeline as (
    select * from {{ ref('int_style_pipeline') }}
),

retention as (
    select * from {{ ref('int_style_retention') }}
),

standing as (
    select * from {{ ref('int_style_standing') }}
),

spend as (
    select * from {{ ref('int_style_spend') }}
),

joined as (
    select
        styles.style,
        months.month_start as month,
        months.last_day,
        months.is_whole,
        styles.planned_spend as planned_spend_per_account,
        coalesce(mix.accounts, 0) as accounts,
        mix.customers,
        coalesce(engagement.accounts_engaged, 0) as accounts_engaged,
        engagement.people_engaged,
        coalesce(engagement.activities, 0) as activities,
        coalesce(engagement.minutes, 0) as engaged_minutes,
        {% for metric in [
            'meetings', 'website_visits', 'content_downloads',
            'social_engagements', 'collaborations',
        ] -%}
        coalesce(engagement.{{ metric }}, 0) as {{ metric }},
        {% endfor -%}
        coalesce(mail.people_mailed, 0) as people_mailed,
        {% for metric, people in [
            ('email_open_rate', 'opened'), ('email_click_rate', 'clicked'),
        ] -%}
        {{ ratio('mail.people_' ~ people, 'mail.people_mailed') }}
            as {{ metric }},
        {% endfor -%}
        {% for track, prefix in tracks.items() -%}
        coalesce({{ track }}_deals.created, 0)
            as {{ prefix }}opportunities_created,
        coalesce({{ track }}_deals.open_deals, 0)
            as {{ prefix }}opportunities_open,
        coalesce({{ track }}_deals.won, 0) as {{ prefix }}opportunities_won,
        {{ ratio(
            track ~ '_deals.won', track ~ '_deals.won + ' ~ track
            ~ '_deals.lost'
        ) }} as {{ prefix }}win_rate,
        {{ track }}_deals.median_deal_size as {{ prefix }}median_deal_size,
        {{ track }}_deals.median_cycle_days as {{ prefix }}median_cycle_days,
        {% endfor -%}
        coalesce(all_deals.revenue_won, 0) as revenue_won,
        coalesce(acquisition_deals.revenue_won, 0) as acquisition_revenue,
        coalesce(customers_deals.revenue_won, 0) as expansion_revenue,
        coalesce(all_deals.renewals_won, 0) as renewals_won,
        {{ ratio(
            'all_deals.renewals_won',
            'all_deals.renewals_won + all_deals.renewals_lost'
        ) }} as renewal_rate,
        coalesce(retention.customers_retained, 0) as customers_retained,
        {{ ratio(
            'retention.customers_retained', 'retention.customers_before'
        ) }} as retention_rate,
        standing.reference_customers,
        standing.customer_lifetime_value,
        standing.prospect_lifetime_value,
        standing.buying_roles_per_account,
        standing.buying_role_coverage,
        {# Nothing recorded for any style means not known, not free. #}
        case
            when max(spend.spend) over (partition by months.month_start) > 0
                then coalesce(spend.spend, 0)
        end as spend
    from styles
    cross join months
    {% for name in [
        'mix', 'engagement', 'mail', 'retention', 'standing', 'spend',
    ] -%}
    left join {{ name }}
        on
            styles.style = {{ name }}.style
            and months.month_start = {{ name }}.month_start
    {% endfor -%}
    {% for track in tracks -%}
    left join pipeline as {{ track }}_deals
        on
            styles.style = {{ track }}_deals.style
            and months.month_start = {{ track }}_deals.month_start
            and {{ track }}_deals.track = '{{ track }}'
    {% endfor %}
),

with_ratios as (
    select
        *,
        {{ ratio('customers', 'accounts') }} as customer_share,
        {{ ratio('people_engaged', 'accounts_engaged') }}
            as people_engaged_per_account,
        {% for prefix in tracks.values() -%}
        {{ ratio(
            prefix ~ 'opportunities_open * ' ~ prefix ~ 'win_rate * ' ~ prefix
            ~ 'median_deal_size', prefix ~ 'median_cycle_days'
        ) }} as {{ prefix }}pipeline_velocity,
        {% endfor -%}
        {{ ratio('spend', 'sum(spend) over (partition by month)') }}
            as spend_share,
        {# Spend has no days, so a running month cannot be made a year. #}
        case
            when is_whole then {{ ratio('spend * 12', 'accounts') }}
        end as yearly_spend_per_account,
        case
            when spend > 0 then {{ ratio('spend', 'accounts_engaged') }}
        end as cost_per_engaged_account,
        case
            when is_whole then {{ ratio('revenue_won', 'spend') }}
        end as revenue_per_spend
    from joined
)

select * from with_ratios
