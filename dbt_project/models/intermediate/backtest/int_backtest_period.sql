{# Whole months, so that nothing changes within one. A view read by its
   content: what follows is built again when the month changes, not each day. #}
{{ config(materialized='view', meta={'small': true}) }}

with

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

months as (
    select
        cast({{ dbt.date_trunc('month', 'as_of_date') }} as date) as won_until,
        cast({{ policy_number('backtest.months') }} as integer) as months
    from build_context
),

period as (
    select
        cast({{ dbt.dateadd('month', '-months', 'won_until') }} as date)
            as as_of_date,
        won_until
    from months
)

select * from period
