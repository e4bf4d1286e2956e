{# Spend is known by month; it counts for the style on the month's last day. #}
with

months as (
    select month_start, counted_to from {{ ref('int_counted_months') }}
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

spend as (
    select
        account_id,
        cast({{ dbt.date_trunc('month', 'spend_month') }} as date)
            as month_start,
        sum({{ money('amount') }}) as amount
    from {{ ref('int_spend') }}
    group by
        account_id,
        cast({{ dbt.date_trunc('month', 'spend_month') }} as date)
),

per_style as (
    select
        periods.style,
        months.month_start,
        {{ money('sum(spend.amount)') }} as spend
    from spend
    inner join months on spend.month_start = months.month_start
    inner join periods
        on
            spend.account_id = periods.account_id
            and months.counted_to >= periods.first_day
            and months.counted_to < periods.end_day
    group by periods.style, months.month_start
)

select * from per_style
