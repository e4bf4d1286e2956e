{# How many more marketers would let a waiting account in. Overrides that wait
   are admitted first. Seats above the present ones also grow what is kept for
   prospects, so a customer needs either enough seats beside the prospects
   ahead, or all prospects seated. #}
with

waiting as (
    select account_id, style from {{ ref('int_style_waitlist') }}
),

{# Admitting these would free a seat above, and who takes it is not known. #}
unsettled as (
    select distinct overrides.style
    from {{ ref('int_admitted_overrides') }} as overrides
    inner join {{ ref('stg_ops__policy_styles') }} as styles
        on overrides.style = styles.style
    inner join {{ ref('int_style_proposals') }} as proposals
        on
            overrides.account_id = proposals.account_id
            and styles.style_rank > proposals.style_rank
    where
        overrides.is_within_kind
        and not overrides.is_admitted
        and proposals.is_seated
),

seats as (
    select
        styles.style,
        styles.style_rank,
        styles.seats as all_seats,
        styles.lease_reserve,
        styles.seats_per_marketer,
        styles.seats_ceiling,
        case
            when styles.style_rank > 1 then 0
            else {{ exact_policy_number('portfolio.prospect_seat_share') }}
        end as prospect_share
    from {{ ref('stg_ops__policy_styles') }} as styles
    left join unsettled on styles.style = unsettled.style
    where styles.seats_per_marketer > 0 and unsettled.style is null
),

placed as (
    select
        pools.*,
        seats.all_seats,
        seats.lease_reserve,
        seats.seats_per_marketer,
        seats.seats_ceiling,
        seats.prospect_share
    from waiting
    inner join {{ ref('int_waitlist_pools') }} as pools
        on
            waiting.account_id = pools.account_id
            and waiting.style = pools.style
    inner join seats on waiting.style = seats.style
),

{# Base seats with which the account is seated, overrides' seats included: by
   its rank alone, or by what more seats do to the share kept for prospects. #}
by_way as (
    select
        *,
        case
            when is_customer then nth + prospects - nth_prospect + overrides
            else nth + overrides
        end as seats_by_rank,
        case
            when is_customer and prospect_share < 1
                then greatest(
                    nth + overrides,
                    1 + floor(
                        (nth - nth_prospect + overrides - 1)
                        / (1 - prospect_share)
                    )
                )
            when not is_customer and prospect_share > 0
                then greatest(
                    nth_prospect + overrides,
                    ceil(nth_prospect / prospect_share)
                )
        end as seats_by_share
    from placed
),

with_seats as (
    select
        *,
        least(
            seats_by_rank, coalesce(seats_by_share, seats_by_rank)
        ) as base_seats_needed
    from by_way
),

needed as (
    select
        account_id,
        cast(
            ceil(
                cast(
                    base_seats_needed + lease_reserve - all_seats
                    as decimal(20, 4)
                ) / seats_per_marketer
            ) as integer
        ) as marketers_needed
    from with_seats
    where
        seats_ceiling is null
        or base_seats_needed + lease_reserve <= seats_ceiling
)

select * from needed
