with

bands as (
    select * from {{ ref('int_account_bands') }}
),

scores as (
    select account_id, account_score from {{ ref('int_account_scores') }}
),

revenue as (
    select account_id, won_deals from {{ ref('int_account_revenue') }}
),

held as (
    select account_id, held_style, held_rank, held_since, standing, was_away
    from {{ ref('int_held_styles') }}
),

overrides as (
    select override_id, account_id, style, is_admitted
    from {{ ref('int_admitted_overrides') }}
),

gates as (
    select * from {{ ref('int_team_gates') }}
),

ranks as (
    select style, style_rank from {{ ref('int_style_edges') }}
),

{# One row: the edges of all styles, for whoever holds less and for others. #}
edges as (
    select
        {% for style in styles() -%}
        max(case when style = '{{ style }}' then enters_at end)
            as {{ style }}_enters_at,
        max(case when style = '{{ style }}' then leaves_below end)
            as {{ style }}_leaves_below,
        {% endfor -%}
        max(style_rank) as lowest_rank
    from {{ ref('int_style_edges') }}
),

joined as (
    select
        {% for style in styles() -%}
        gates.has_team_for_{{ style }},
        {% endfor -%}
        bands.account_id,
        bands.annual_potential,
        bands.potential_method,
        bands.value_band,
        bands.exclusion,
        scores.account_score,
        coalesce(revenue.won_deals > 0, false) as is_customer,
        held.held_style,
        held.held_rank,
        held.held_since,
        coalesce(held.standing, 'new') as standing,
        coalesce(held.was_away, false) as was_away,
        overrides.override_id,
        overrides.style as override_style,
        coalesce(overrides.is_admitted, false) as is_override_admitted,
        case
            {% for style in styles() -%}
            when bands.annual_potential >= case
                when held.held_rank <= {{ loop.index }}
                    then edges.{{ style }}_leaves_below
                else edges.{{ style }}_enters_at
            end then {{ loop.index }}
            {% endfor -%}
            else edges.lowest_rank
        end as wanted_rank
    from bands
    inner join scores on bands.account_id = scores.account_id
    inner join gates on bands.account_id = gates.account_id
    cross join edges
    left join revenue on bands.account_id = revenue.account_id
    left join held on bands.account_id = held.account_id
    left join overrides on bands.account_id = overrides.account_id
),

candidates as (
    select
        joined.*,
        ranks.style as wanted_style,
        case joined.wanted_rank
            {% for style in styles() -%}
            when {{ loop.index }} then joined.has_team_for_{{ style }}
            {% endfor -%}
        end as is_team_complete,
        joined.exclusion is null and not joined.is_override_admitted
            as is_competing
    from joined
    left join ranks on joined.wanted_rank = ranks.style_rank
)

select * from candidates
