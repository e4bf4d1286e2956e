{% set counts = [
    'meetings', 'website_visits', 'content_downloads', 'social_engagements',
    'collaborations'
] %}
{% set sums = (
    ['people', 'activities', 'minute_parts'] + counts
) | join(', ') %}

{# Nearly every account has one style through all its days of a month: such
   months are added up as they are, and only the others looked at by the day. #}
with

months as (
    select month_start, counted_to from {{ ref('int_counted_months') }}
),

engaged_months as (
    select engaged.*, months.counted_to
    from {{ ref('int_engaged_months') }} as engaged
    inner join months on engaged.month_start = months.month_start
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

of_one_style as (
    select engaged_months.*, periods.style
    from engaged_months
    inner join periods
        on
            engaged_months.account_id = periods.account_id
            and engaged_months.first_active_day >= periods.first_day
            and engaged_months.last_active_day < periods.end_day
    where engaged_months.last_active_day <= engaged_months.counted_to
),

others as (
    select
        engaged_months.account_id,
        engaged_months.month_start,
        engaged_months.first_active_day,
        least(engaged_months.last_active_day, engaged_months.counted_to)
            as last_active_day
    from engaged_months
    left join of_one_style
        on
            engaged_months.account_id = of_one_style.account_id
            and engaged_months.month_start = of_one_style.month_start
    where of_one_style.account_id is null
),

styled_days as (
    select
        daily.*,
        periods.style,
        others.month_start
    from others
    inner join {{ ref('int_activities_daily') }} as daily
        on
            others.account_id = daily.account_id
            and others.first_active_day <= daily.activity_date
            and others.last_active_day >= daily.activity_date
    inner join periods
        on
            daily.account_id = periods.account_id
            and daily.activity_date >= periods.first_day
            and daily.activity_date < periods.end_day
),

of_several_styles as (
    {{ engagement_by(['style', 'month_start', 'account_id'], 'styled_days') }}
),

per_account as (
    select style, month_start, {{ sums }} from of_one_style
    union all
    select style, month_start, {{ sums }} from of_several_styles
),

per_style as (
    select
        style,
        month_start,
        count(*) as accounts_engaged,
        sum(people) as people_engaged,
        sum(activities) as activities,
        {% for count in counts -%}
        sum({{ count }}) as {{ count }},
        {% endfor -%}
        cast(sum(minute_parts) / 100.0 as decimal(18, 2)) as minutes
    from per_account
    group by style, month_start
)

select * from per_style
