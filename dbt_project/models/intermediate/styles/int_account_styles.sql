{% set none_rank = styles() | length + 1 %}

with

candidates as (
    select * from {{ ref('int_style_candidates') }}
),

base_styles as (
    select * from {{ ref('int_base_styles') }}
),

leases as (
    select lease_id, account_id, style, trigger, ends_on
    from {{ ref('int_style_leases') }}
),

waitlist as (
    select account_id, style, place, seats
    from {{ ref('int_style_waitlist') }}
),

policy_styles as (
    select style, style_rank, is_enabled, seats
    from {{ ref('stg_ops__policy_styles') }}
),

passed_over as (
    select
        account_id,
        min(style_rank) as style_rank
    from {{ ref('int_style_proposals') }}
    where is_passed_over and is_enabled
    group by account_id
),

joined as (
    select
        candidates.*,
        base_styles.base_style,
        base_styles.proposed_style,
        base_styles.hold_reason,
        base_styles.has_prospect_seat,
        leases.lease_id,
        leases.trigger as lease_trigger,
        leases.ends_on as lease_ends_on,
        waitlist.style as waitlist_style,
        waitlist.place as waitlist_rank,
        waitlist.seats as waitlist_seats,
        review.is_review,
        coalesce(leases.style, base_styles.base_style) as effective_style,
        coalesce(base.style_rank, {{ none_rank }}) as base_rank,
        coalesce(proposed.style_rank, {{ none_rank }}) as proposed_rank,
        coalesce(wanted.is_enabled, false) as is_wanted_enabled,
        passed_over.style_rank as passed_over_rank
    from candidates
    inner join base_styles on candidates.account_id = base_styles.account_id
    cross join {{ ref('int_review') }} as review
    left join leases on candidates.account_id = leases.account_id
    left join waitlist on candidates.account_id = waitlist.account_id
    left join passed_over on candidates.account_id = passed_over.account_id
    left join policy_styles as base on base_styles.base_style = base.style
    left join policy_styles as proposed
        on base_styles.proposed_style = proposed.style
    left join policy_styles as wanted on candidates.wanted_style = wanted.style
),

{# The first reason that applies, in the order of docs/decisions/0015. #}
with_reason as (
    select
        *,
        case
            when exclusion is not null
                then {{ dbt.concat(["'excluded_'", 'exclusion']) }}
            when lease_id is not null then 'lease'
            when is_override_admitted then 'override'
            when override_id is not null then 'override_waits'
            when hold_reason is not null then hold_reason
            when waitlist_style is not null then 'waitlisted'
            when passed_over_rank < base_rank then 'team_incomplete'
            when not is_wanted_enabled then 'style_disabled'
            when value_band = 'unknown' then 'potential_unknown'
            when value_band = 'below_bands' then 'below_bands'
            when base_style = 'none' then 'no_style_open'
            when
                standing = 'new' and not is_review and proposed_rank < base_rank
                then 'new_below_review'
            else 'band_and_seat'
        end as reason_code
    from joined
),

ranked as (
    select
        *,
        case
            when effective_style <> 'none' then row_number() over (
                partition by effective_style
                order by {{ best_first('account_score') }}
            )
        end as rank_in_style
    from with_reason
)

select
    ranked.*,
    policy_styles.seats as seat_limit
from ranked
left join policy_styles on ranked.effective_style = policy_styles.style
