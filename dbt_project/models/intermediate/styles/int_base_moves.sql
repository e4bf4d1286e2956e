{% set none_rank = styles() | length + 1 %}

with

candidates as (
    select account_id, account_score, standing, held_rank, held_since
    from {{ ref('int_style_candidates') }}
    where is_competing
),

proposals as (
    select account_id, style, style_rank
    from {{ ref('int_style_proposals') }}
    where is_seated
),

policy as (
    select
        review.as_of_date,
        review.is_review,
        {{ policy_number('review.minimum_stay_days') }} as minimum_stay_days,
        greatest(
            {{ policy_number('review.max_moves_minimum') }},
            floor(
                {{ exact_policy_number('review.max_moves_share') }} * (
                    select count(*)
                    from candidates as held
                    where held.standing = 'held'
                )
            )
        ) as most_moves
    from {{ ref('int_review') }} as review
),

proposed as (
    select
        candidates.account_id,
        candidates.account_score,
        candidates.standing,
        candidates.held_rank,
        coalesce(proposals.style, 'none') as proposed_style,
        coalesce(proposals.style_rank, {{ none_rank }}) as proposed_rank,
        candidates.standing = 'held' and candidates.held_rank
        <> coalesce(proposals.style_rank, {{ none_rank }}) as wants_to_move,
        coalesce({{ dbt.datediff(
            'candidates.held_since', 'policy.as_of_date', 'day'
        ) }} >= policy.minimum_stay_days, false) as has_stayed,
        policy.is_review,
        policy.most_moves
    from candidates
    cross join policy
    left join proposals on candidates.account_id = proposals.account_id
),

{# A move in or out of a higher style comes before one among lower ones. #}
in_order as (
    select
        *,
        row_number() over (
            partition by wants_to_move, has_stayed
            order by
                least(held_rank, proposed_rank) asc,
                account_score desc nulls last,
                account_id asc
        ) as place
    from proposed
),

with_reason as (
    select
        *,
        case
            when not wants_to_move then null
            when not is_review then 'held_until_review'
            when not has_stayed then 'minimum_stay'
            when place > most_moves then 'moves_capped'
        end as hold_reason
    from in_order
),

moves as (
    select
        account_id,
        proposed_style,
        proposed_rank,
        wants_to_move and hold_reason is null as may_move,
        standing = 'held'
        and (hold_reason is not null or not wants_to_move) as is_pinned,
        hold_reason
    from with_reason
)

select * from moves
