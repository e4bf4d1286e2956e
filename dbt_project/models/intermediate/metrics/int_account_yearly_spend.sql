{# A year's spend of each account that had one style in all the months that
   count, so that it can be held against the band of that style. #}
with

year as (
    select month_start, last_day from {{ ref('int_spend_year') }}
),

bounds as (
    select
        min(month_start) as first_day,
        max(last_day) as last_day,
        count(*) as months
    from year
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

spend as (
    select
        spend.account_id,
        sum({{ money('spend.amount') }}) as amount
    from {{ ref('int_spend') }} as spend
    inner join year
        on
            cast({{ dbt.date_trunc('month', 'spend.spend_month') }} as date)
            = year.month_start
    group by spend.account_id
),

yearly as (
    select
        periods.account_id,
        periods.style,
        {{ money('coalesce(spend.amount, 0) * 12 / bounds.months') }}
            as yearly_spend
    from periods
    inner join bounds
        on
            bounds.months > 0
            and periods.first_day <= bounds.first_day
            and periods.end_day > bounds.last_day
    left join spend on periods.account_id = spend.account_id
)

select * from yearly
