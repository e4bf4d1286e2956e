with

months as (
    select month_start, counted_to from {{ ref('int_counted_months') }}
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

first_sales as (
    select account_id, first_won_date from {{ ref('int_first_sales') }}
),

per_style as (
    select
        periods.style,
        months.month_start,
        count(*) as accounts,
        sum(
            case
                when first_sales.first_won_date <= months.counted_to then 1
                else 0
            end
        ) as customers
    from periods
    inner join months
        on
            periods.first_day <= months.counted_to
            and periods.end_day > months.counted_to
    left join first_sales on periods.account_id = first_sales.account_id
    group by periods.style, months.month_start
)

select * from per_style
