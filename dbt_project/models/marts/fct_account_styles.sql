with

styles as (
    select * from {{ ref('int_account_styles') }}
),

reasons as (
    select account_id, reason, steady_reason
    from {{ ref('int_style_reasons') }}
),

flags as (
    select account_id, needs, quadrant, is_too_big_to_lose
    from {{ ref('int_account_flags') }}
),

micro_segments as (
    select account_id, micro_segment_id
    from {{ ref('int_micro_segment_members') }}
),

open_periods as (
    select account_id, valid_from
    from {{ ref('int_style_history') }}
    where valid_to is null
),

counterfactuals as (
    select
        waitlist.account_id,
        points.points_needed,
        marketers.marketers_needed,
        potential.potential_needed
    from {{ ref('int_style_waitlist') }} as waitlist
    left join {{ ref('int_waitlist_points') }} as points
        on waitlist.account_id = points.account_id
    left join {{ ref('int_waitlist_marketers') }} as marketers
        on waitlist.account_id = marketers.account_id
    left join {{ ref('int_waitlist_potential') }} as potential
        on waitlist.account_id = potential.account_id
),

build_context as (
    select as_of_date, policy_version, release_id
    from {{ ref('stg_ops__build_context') }}
),

joined as (
    select
        styles.account_id,
        build_context.as_of_date,
        styles.value_band,
        styles.base_style,
        styles.effective_style,
        styles.reason_code,
        reasons.reason,
        styles.rank_in_style,
        styles.seat_limit,
        micro_segments.micro_segment_id,
        styles.lease_trigger,
        styles.lease_ends_on,
        styles.override_id,
        build_context.policy_version,
        build_context.release_id,
        styles.waitlist_style is not null as is_waitlisted,
        styles.waitlist_style,
        styles.waitlist_rank,
        counterfactuals.points_needed as waitlist_points_needed,
        counterfactuals.marketers_needed as waitlist_marketers_needed,
        counterfactuals.potential_needed as waitlist_potential_needed,
        reasons.steady_reason,
        open_periods.valid_from as style_since,
        styles.wanted_style,
        styles.held_style,
        styles.held_since,
        styles.proposed_style,
        styles.hold_reason,
        styles.standing,
        styles.has_prospect_seat,
        styles.is_team_complete,
        flags.needs,
        flags.quadrant,
        flags.is_too_big_to_lose
    from styles
    inner join reasons on styles.account_id = reasons.account_id
    inner join flags on styles.account_id = flags.account_id
    cross join build_context
    left join micro_segments on styles.account_id = micro_segments.account_id
    left join open_periods on styles.account_id = open_periods.account_id
    left join counterfactuals on styles.account_id = counterfactuals.account_id
)

select * from joined
