with

build_context as (
    select
        as_of_date,
        cast({{ dbt.date_trunc('month', 'as_of_date') }} as date)
            as this_month
    from {{ ref('stg_ops__build_context') }}
),

months as (
    {% for months_back in range(13) -%}
    select
        as_of_date,
        cast({{ dbt.dateadd('month', -months_back, 'this_month') }} as date)
            as month_start
    from build_context
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

with_ends as (
    select
        month_start,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date)
            as next_month_start,
        least(
            cast({{ dbt.last_day('month_start', 'month') }} as date),
            as_of_date
        ) as last_day,
        cast({{ dbt.last_day('month_start', 'month') }} as date) <= as_of_date
            as is_whole
    from months
)

select * from with_ends
