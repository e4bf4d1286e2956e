{# A customer is retained who bought in the year before last and again in the
   last year; years end on the month's last day. #}
with

months as (
    select
        month_start,
        last_day,
        cast({{ dbt.dateadd('month', -12, 'last_day') }} as date)
            as a_year_ago,
        cast({{ dbt.dateadd('month', -24, 'last_day') }} as date)
            as two_years_ago
    from {{ ref('int_metric_months') }}
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

sales as (
    select distinct account_id, closed_date
    from {{ ref('int_opportunities') }}
    where is_won and account_id is not null
),

per_account as (
    select
        sales.account_id,
        months.month_start,
        months.last_day,
        max(case when sales.closed_date > months.a_year_ago then 1 else 0 end)
            as has_bought_again,
        max(case when sales.closed_date <= months.a_year_ago then 1 else 0 end)
            as had_bought
    from sales
    inner join months
        on
            sales.closed_date > months.two_years_ago
            and sales.closed_date <= months.last_day
    group by sales.account_id, months.month_start, months.last_day
),

per_style as (
    select
        periods.style,
        per_account.month_start,
        count(*) as customers_before,
        sum(per_account.has_bought_again) as customers_retained
    from per_account
    inner join periods
        on
            per_account.account_id = periods.account_id
            and per_account.last_day >= periods.first_day
            and per_account.last_day < periods.end_day
    where per_account.had_bought = 1
    group by periods.style, per_account.month_start
)

select * from per_style
