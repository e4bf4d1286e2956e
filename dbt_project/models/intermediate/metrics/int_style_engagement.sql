{% set counted_types = {
    'meeting': 'meetings',
    'web_visit': 'website_visits',
    'content_download': 'content_downloads',
    'social_engagement': 'social_engagements',
    'collaboration': 'collaborations',
} %}

with

months as (
    select month_start, last_day from {{ ref('int_metric_months') }}
),

bounds as (
    select min(month_start) as first_day, max(last_day) as last_day from months
),

{# Hundredths of a minute: whole numbers add up the same in every order. #}
activities as (
    select
        daily.account_id,
        daily.person_id,
        daily.activity_date,
        cast({{ dbt.date_trunc('month', 'daily.activity_date') }} as date)
            as month_start,
        cast(daily.activities as integer) as activities,
        cast(round(daily.minutes * 100) as integer) as minute_parts,
        daily.activity_type
    from {{ ref('int_activities_daily') }} as daily
    cross join bounds
    where
        daily.activity_date >= bounds.first_day
        and daily.activity_date <= bounds.last_day
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

per_person as (
    select
        periods.style,
        activities.month_start,
        activities.account_id,
        activities.person_id,
        sum(activities.activities) as activities,
        {% for activity_type, metric in counted_types.items() -%}
        sum(
            case
                when activities.activity_type = '{{ activity_type }}'
                    then activities.activities
                else 0
            end
        ) as {{ metric }},
        {% endfor -%}
        sum(activities.minute_parts) as minute_parts
    from activities
    inner join periods
        on
            activities.account_id = periods.account_id
            and activities.activity_date >= periods.first_day
            and activities.activity_date < periods.end_day
    group by
        periods.style,
        activities.month_start,
        activities.account_id,
        activities.person_id
),

engaged as (
    select distinct
        style,
        month_start,
        account_id
    from per_person
),

accounts_per_style as (
    select
        style,
        month_start,
        count(*) as accounts_engaged
    from engaged
    group by style, month_start
),

summed as (
    select
        style,
        month_start,
        count(person_id) as people_engaged,
        sum(activities) as activities,
        {% for metric in counted_types.values() -%}
        sum({{ metric }}) as {{ metric }},
        {% endfor -%}
        cast(sum(minute_parts) / 100.0 as decimal(18, 2)) as minutes
    from per_person
    group by style, month_start
),

per_style as (
    select
        summed.style,
        summed.month_start,
        accounts_per_style.accounts_engaged,
        summed.people_engaged,
        summed.activities,
        {% for metric in counted_types.values() -%}
        summed.{{ metric }},
        {% endfor -%}
        summed.minutes
    from summed
    inner join accounts_per_style
        on
            summed.style = accounts_per_style.style
            and summed.month_start = accounts_per_style.month_start
)

select * from per_style
