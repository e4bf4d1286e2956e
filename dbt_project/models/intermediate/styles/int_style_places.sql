{# One pass per style, highest first: whoever gets no seat competes in the next
   style on the same terms as the accounts whose band it is. A share of the
   highest style's seats goes to its best prospects before the rest is given
   out, so that customers do not crowd them out. #}
{% set best_first = (
    'account_score desc nulls last, annual_potential desc nulls last,'
    ~ ' account_id asc'
) %}

with

candidates as (
    select
        bands.account_id,
        bands.annual_potential,
        bands.wanted_style,
        scores.account_score,
        coalesce(revenue.won_deals > 0, false) as is_customer
    from {{ ref('int_account_bands') }} as bands
    inner join {{ ref('int_account_scores') }} as scores
        on bands.account_id = scores.account_id
    left join {{ ref('int_account_revenue') }} as revenue
        on bands.account_id = revenue.account_id
    where bands.exclusion is null
),

seats as (
    select
        style,
        style_rank,
        is_enabled,
        case when is_enabled then seats else 0 end as seats,
        case
            when style_rank = 1
                then floor(
                    seats * {{ policy_number('portfolio.prospect_seat_share') }}
                )
            else 0
        end as prospect_seats
    from {{ ref('stg_ops__policy_styles') }}
),

{% for style in styles() -%}
{{ style }}_pool as (
    select account_id, annual_potential, account_score, is_customer
    from candidates
    where wanted_style = '{{ style }}'
    {%- if not loop.first %}
    union all
    select account_id, annual_potential, account_score, is_customer
    from {{ loop.previtem }}_places
    where not is_seated
    {%- endif %}
),

{{ style }}_reserved as (
    select
        pool.*,
        seats.style,
        seats.style_rank,
        seats.is_enabled,
        seats.seats,
        not pool.is_customer
        and row_number() over (
            partition by pool.is_customer order by {{ best_first }}
        ) <= coalesce(seats.prospect_seats, 0) as has_prospect_seat
    from {{ style }}_pool as pool
    inner join seats on seats.style = '{{ style }}'
),

{{ style }}_seated as (
    select
        *,
        coalesce(row_number() over (
            order by has_prospect_seat desc, {{ best_first }}
        ) <= seats, true) as is_seated
    from {{ style }}_reserved
),

{{ style }}_places as (
    select
        *,
        row_number() over (order by is_seated desc, {{ best_first }}) as place
    from {{ style }}_seated
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
        has_prospect_seat,
        is_customer,
        account_score
    from {{ style }}_places
    {{ "union all" if not loop.last }}
    {% endfor -%}
)

select * from places
