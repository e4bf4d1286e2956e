{# The potential by which a waiting account would want the next higher style,
   where that style would seat it. #}
with

waiting as (
    select account_id from {{ ref('int_style_waitlist') }}
),

edges as (
    select style, style_rank, enters_at, leaves_below
    from {{ ref('int_style_edges') }}
),

raised as (
    select
        candidates.account_id,
        candidates.is_customer,
        edges.style,
        case
            when candidates.held_rank <= edges.style_rank
                then edges.leaves_below
            else edges.enters_at
        end as annual_potential,
        candidates.account_score
        + case
            when candidates.held_rank <= edges.style_rank
                then {{ exact_policy_number('review.score_margin') }}
            else 0
        end as ranking_score,
        coalesce(candidates.held_rank <= edges.style_rank, false)
        or case edges.style_rank
            {% for style in styles() -%}
            when {{ loop.index }} then candidates.has_team_for_{{ style }}
            {% endfor -%}
        end as may_enter
    from waiting
    inner join {{ ref('int_style_candidates') }} as candidates
        on waiting.account_id = candidates.account_id
    inner join edges on candidates.wanted_rank = edges.style_rank + 1
),

needed as (
    select
        raised.account_id,
        raised.style as potential_style,
        raised.annual_potential as potential_needed
    from raised
    inner join {{ ref('int_style_last_seats') }} as last_seats
        on
            raised.style = last_seats.style
            and raised.is_customer = last_seats.for_customers
    where
        raised.may_enter
        and raised.annual_potential is not null
        and (
            last_seats.has_free_seat
            or last_seats.account_id is not null and (
                coalesce(
                    raised.ranking_score > last_seats.ranking_score,
                    raised.ranking_score is not null
                )
                or (
                    coalesce(
                        raised.ranking_score = last_seats.ranking_score,
                        raised.ranking_score is null
                        and last_seats.ranking_score is null
                    )
                    and {{ comes_before('raised', 'last_seats') }}
                )
            )
        )
)

select * from needed
