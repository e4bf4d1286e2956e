with

potential as (
    select account_id, annual_potential, potential_method
    from {{ ref('int_account_potential') }}
),

{# On several lists, the first of these speaks: own, competitor, suppressed. #}
excluded as (
    select
        subject_key as account_id,
        case
            when max(case when reason_code = 'own' then 1 end) = 1 then 'own'
            else min(reason_code)
        end as exclusion
    from {{ ref('int_suppressions') }}
    where subject_kind = 'account' and from_crm
    group by subject_key
),

edges as (
    select style, style_rank, potential_from, potential_below
    from {{ ref('int_style_edges') }}
),

{# Where bands overlap, the highest style whose band holds the potential. #}
in_bands as (
    select
        potential.account_id,
        min(edges.style_rank) as style_rank
    from potential
    inner join edges
        on
            potential.annual_potential >= edges.potential_from
            and (
                potential.annual_potential < edges.potential_below
                or edges.potential_below is null
            )
    group by potential.account_id
),

banded as (
    select
        potential.account_id,
        potential.annual_potential,
        potential.potential_method,
        excluded.exclusion,
        case
            when potential.annual_potential is null then 'unknown'
            else coalesce(edges.style, 'below_bands')
        end as value_band
    from potential
    left join in_bands on potential.account_id = in_bands.account_id
    left join edges on in_bands.style_rank = edges.style_rank
    left join excluded on potential.account_id = excluded.account_id
)

select * from banded
