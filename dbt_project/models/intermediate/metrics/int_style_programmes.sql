{# Since when each style has been lived by the ledger: results come a year
   later at the earliest. #}
with

history as (
    select effective_style, valid_from from {{ ref('int_style_history') }}
),

began as (
    select
        effective_style as style,
        min(valid_from) as began_on
    from history
    where effective_style <> 'none'
    group by effective_style
),

policy as (
    select {{ benchmark('months_to_results') }} as months_to_results
),

with_maturity as (
    select
        began.style,
        began.began_on,
        cast({{ dbt.dateadd(
            'month', 'cast(policy.months_to_results as integer)',
            'began.began_on'
        ) }} as date) as mature_from
    from began
    cross join policy
)

select * from with_maturity
