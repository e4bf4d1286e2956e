with

policy_styles as (
    select * from {{ ref('stg_ops__policy_styles') }}
),

places as (
    select
        style,
        sum(case when is_seated then 1 else 0 end) as used,
        sum(case when not is_seated and is_enabled then 1 else 0 end)
            as waitlisted
    from {{ ref('int_style_places') }}
    group by style
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

with_usage as (
    select
        policy_styles.*,
        build_context.as_of_date,
        coalesce(places.used, 0) as used,
        coalesce(places.waitlisted, 0) as waitlisted
    from policy_styles
    cross join build_context
    left join places on policy_styles.style = places.style
),

with_spend as (
    select
        style,
        cast(seats as bigint) as seats,
        used,
        waitlisted,
        cast(0 as bigint) as leased,
        {{ money('used * planned_spend') }} as planned_spend,
        {{ money('used * spend_low') }} as band_low,
        {{ money('used * spend_high') }} as band_high,
        as_of_date,
        is_enabled,
        {{ money('potential_from * ' ~ policy_number('scale_factor')) }}
            as potential_from,
        {{ money('potential_below * ' ~ policy_number('scale_factor')) }}
            as potential_below
    from with_usage
)

select * from with_spend
