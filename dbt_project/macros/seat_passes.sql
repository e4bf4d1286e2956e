{#
    CTEs from the pool of the highest style to `places`: styles from the top, and whoever gets no seat goes on to the next.

    `entrants` names a CTE with one row per account: account_id, annual_potential, account_score, is_customer, held_rank,
    start_rank (the pool it starts in; below all styles: none), keeps_rank (from where on down it is seated before all others; null: nowhere)
    and has_team_for_<style>. `seats` names one like int_style_seats.

    place              position in the order in which the pool's seats are given; null for who was passed over
    is_passed_over     the style needs a team the account has not; who has the style or a higher one is never asked
    has_prospect_seat  one of the highest style's seats that are kept for who is no customer
#}
{% macro seat_passes(entrants, seats) -%}
{%- set carried = [
    'account_id', 'annual_potential', 'account_score', 'is_customer',
    'held_rank', 'keeps_rank',
] -%}
{%- for style in styles() -%}
    {%- do carried.append('has_team_for_' ~ style) -%}
{%- endfor -%}
{%- for style in styles() -%}
{{ style }}_pool as (
    select {{ carried | join(', ') }}
    from {{ entrants }}
    where start_rank = {{ loop.index }}
    {%- if not loop.first %}
    union all
    select {{ carried | join(', ') }}
    from {{ loop.previtem }}_places
    where not is_seated
    {%- endif %}
),

{{ style }}_ranked as (
    select
        pool.*,
        seats.style,
        seats.style_rank,
        seats.is_enabled,
        seats.seats_left as seats,
        seats.prospect_seats,
        pool.account_score
        + case
            when pool.held_rank <= {{ loop.index }} then seats.score_margin
            else 0
        end as ranking_score,
        coalesce(pool.keeps_rank <= {{ loop.index }}, false) as goes_first,
        not coalesce(pool.has_team_for_{{ style }}, true)
        and coalesce(pool.held_rank > {{ loop.index }}, true) as is_passed_over
    from {{ style }}_pool as pool
    inner join {{ seats }} as seats on seats.style = '{{ style }}'
),

{{ style }}_claims as (
    select
        *,
        {% if loop.first -%}
        not is_customer and not is_passed_over
        and row_number() over (
            partition by is_passed_over, is_customer
            order by goes_first desc, {{ best_first() }}
        ) <= least(prospect_seats, seats) as claims_prospect_seat
        {%- else -%}
        false as claims_prospect_seat
        {%- endif %}
    from {{ style }}_ranked
),

{{ style }}_order as (
    select
        *,
        case
            when not is_passed_over then row_number() over (
                partition by is_passed_over
                order by
                    goes_first desc,
                    claims_prospect_seat desc,
                    {{ best_first() }}
            )
        end as place
    from {{ style }}_claims
),

{{ style }}_places as (
    select
        *,
        not is_passed_over and coalesce(place <= seats, true) as is_seated
    from {{ style }}_order
),

{% endfor -%}
places as (
    {% for style in styles() -%}
    select
        account_id,
        style,
        style_rank,
        is_enabled,
        seats,
        place,
        is_seated,
        is_passed_over,
        is_seated and claims_prospect_seat as has_prospect_seat,
        is_customer,
        account_score,
        ranking_score,
        annual_potential
    from {{ style }}_places
    {{ "union all" if not loop.last }}
    {% endfor -%}
)
{%- endmacro %}
