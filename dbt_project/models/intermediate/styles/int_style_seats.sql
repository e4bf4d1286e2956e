with

policy_styles as (
    select style, style_rank, is_enabled, seats, lease_reserve
    from {{ ref('stg_ops__policy_styles') }}
),

{# `least` alone would take an unlimited style for one of the reserve's size. #}
seats as (
    select
        style,
        style_rank,
        is_enabled,
        case when is_enabled then seats else 0 end as all_seats,
        case
            when not is_enabled then 0
            when seats is null then lease_reserve
            else least(lease_reserve, seats)
        end as lease_seats,
        case
            when not is_enabled then 0 else greatest(seats - lease_reserve, 0)
        end as most_base_seats,
        is_enabled and seats is null as is_unlimited
    from policy_styles
),

admitted as (
    select
        style,
        count(*) as overrides
    from {{ ref('int_admitted_overrides') }}
    where is_admitted
    group by style
),

policy as (
    select
        {{ exact_policy_number('portfolio.prospect_seat_share') }}
            as prospect_seat_share,
        {{ exact_policy_number('review.score_margin') }} as score_margin
),

left_over as (
    select
        seats.style,
        seats.style_rank,
        seats.is_enabled,
        seats.all_seats,
        seats.lease_seats,
        case when not seats.is_unlimited then seats.most_base_seats end
            as base_seats,
        coalesce(admitted.overrides, 0) as overrides,
        case
            when not seats.is_unlimited
                then seats.most_base_seats - coalesce(admitted.overrides, 0)
        end as seats_left,
        case
            when seats.style_rank > 1 or seats.is_unlimited then 0
            else floor(seats.most_base_seats * policy.prospect_seat_share)
        end as prospect_seats,
        policy.score_margin
    from seats
    cross join policy
    left join admitted on seats.style = admitted.style
)

select * from left_over
