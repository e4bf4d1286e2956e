{% set none_rank = styles() | length + 1 %}

with

candidates as (
    select * from {{ ref('int_style_candidates') }}
),

moves as (
    select * from {{ ref('int_base_moves') }}
),

seats as (
    select * from {{ ref('int_style_seats') }}
),

new_ones as (
    select
        review.is_review,
        styles.style_rank as highest_rank
    from {{ ref('int_review') }} as review
    left join {{ ref('stg_ops__policy_styles') }} as styles
        on styles.style = {{ policy_text('review.new_accounts_up_to') }}
),

{# Who may rise and finds no seat above is not to lose the seat it has; who was
   away for a while is not to push out anybody who stayed. #}
entrants as (
    select
        candidates.*,
        case
            when moves.is_pinned then candidates.held_rank
            when candidates.standing = 'held' then candidates.wanted_rank
            when candidates.standing = 'new' and not new_ones.is_review
                then greatest(moves.proposed_rank, new_ones.highest_rank)
            else moves.proposed_rank
        end as start_rank,
        case
            when candidates.was_away then null
            when moves.is_pinned then candidates.held_rank
            when moves.may_move and moves.proposed_rank < candidates.held_rank
                then candidates.held_rank
        end as keeps_rank
    from candidates
    inner join moves on candidates.account_id = moves.account_id
    cross join new_ones
),

{{ seat_passes('entrants', 'seats') }},

seated as (
    select account_id, style, style_rank, place, seats, has_prospect_seat
    from places
    where is_seated
),

decided as (
    select
        candidates.account_id,
        case
            when candidates.exclusion is not null then 'none'
            when candidates.is_override_admitted then candidates.override_style
            else coalesce(seated.style, 'none')
        end as base_style,
        candidates.held_style,
        candidates.held_since,
        case
            when candidates.exclusion is not null then 'none'
            when candidates.is_override_admitted then candidates.override_style
            else moves.proposed_style
        end as proposed_style,
        seated.place,
        seated.seats,
        coalesce(seated.has_prospect_seat, false) as has_prospect_seat,
        case
            when
                moves.is_pinned
                and candidates.held_rank < {{ none_rank }}
                and candidates.held_rank
                <> coalesce(seated.style_rank, {{ none_rank }})
                then 'seat_withdrawn'
            else moves.hold_reason
        end as hold_reason
    from candidates
    left join moves on candidates.account_id = moves.account_id
    left join seated on candidates.account_id = seated.account_id
)

select * from decided
