{# What is counted up to a month's last day is the same from the last day on
   which anything happened: a night after a day without anything counts nothing
   again. A deal counts as its account's first sale until the end of its day, so
   the day after is such a day as well. #}
with

months as (
    select month_start, last_day from {{ ref('int_metric_months') }}
),

opportunities as (
    select distinct created_date, closed_date
    from {{ ref('int_opportunities') }}
),

periods as (
    select distinct first_day, end_day from {{ ref('int_style_periods') }}
),

days as (
    select created_date as changed_on from opportunities
    union
    select closed_date from opportunities
    union
    select cast({{ dbt.dateadd('day', 1, 'closed_date') }} as date)
    from opportunities
    union
    select first_day from periods
    union
    select end_day from periods
),

{# Of a month with days to come only the last of them is known. #}
active_months as (
    select month_start, max(last_active_day) as last_active_day
    from {{ ref('int_engaged_months') }}
    group by month_start
    union all
    select month_start, max(last_mail_day) as last_active_day
    from {{ ref('int_mailed_months') }}
    group by month_start
),

ends as (
    select month_start, month_start as counted_to from months
    union all
    select months.month_start, days.changed_on as counted_to
    from months
    inner join days
        on
            months.month_start <= days.changed_on
            and months.last_day >= days.changed_on
    union all
    select
        months.month_start,
        least(active_months.last_active_day, months.last_day) as counted_to
    from months
    inner join active_months on months.month_start = active_months.month_start
),

per_month as (
    select month_start, max(counted_to) as counted_to
    from ends
    group by month_start
)

select * from per_month
