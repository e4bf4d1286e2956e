with

policy_styles as (
    select style, style_rank, potential_from, potential_below
    from {{ ref('stg_ops__policy_styles') }}
),

policy as (
    select
        {{ exact_policy_number('scale_factor') }} as scale_factor,
        1 + {{ exact_policy_number('review.enter_margin') }} as entering,
        1 - {{ exact_policy_number('review.leave_margin') }} as leaving
),

scaled as (
    select
        policy_styles.style,
        policy_styles.style_rank,
        {{ money('policy_styles.potential_from * policy.scale_factor') }}
            as potential_from,
        {{ money('policy_styles.potential_below * policy.scale_factor') }}
            as potential_below,
        policy.entering,
        policy.leaving
    from policy_styles
    cross join policy
),

moved as (
    select
        style,
        style_rank,
        potential_from,
        potential_below,
        {{ money('potential_from * entering') }} as enters_at,
        {{ money('potential_from * leaving') }} as leaves_below
    from scaled
)

select * from moved
