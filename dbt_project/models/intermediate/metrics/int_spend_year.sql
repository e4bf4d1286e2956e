{# The last twelve whole months, from the first in which any spend was
   recorded: what was before it is not known, what is missing after it free. #}
with

months as (
    select
        month_start,
        last_day,
        row_number() over (order by month_start desc) as place
    from {{ ref('int_metric_months') }}
    where is_whole
),

twelve as (
    select month_start, last_day from months
    where place <= 12
),

recorded as (
    select
        min(cast({{ dbt.date_trunc('month', 'spend_month') }} as date))
            as first_month,
        max(cast({{ dbt.date_trunc('month', 'spend_month') }} as date))
            as last_month
    from {{ ref('int_spend') }}
    where amount > 0
),

earliest as (
    select min(month_start) as month_start from twelve
),

{# Where nothing was recorded for a year, nobody keeps records any more. #}
kept as (
    select recorded.first_month
    from recorded
    inner join earliest on recorded.last_month >= earliest.month_start
),

year as (
    select
        twelve.month_start,
        twelve.last_day
    from twelve
    inner join kept on twelve.month_start >= kept.first_month
)

select * from year
