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
        {{ money(
            'policy_styles.potential_from * policy.scale_factor'
            ~ ' * policy.entering'
        ) }} as enters_at,
        {{ money(
            'policy_styles.potential_from * policy.scale_factor'
            ~ ' * policy.leaving'
        ) }} as leaves_below
    from policy_styles
    cross join policy
)

select * from scaled
