with

potential as (
    select account_id, annual_potential, potential_method
    from {{ ref('int_account_potential') }}
),

accounts as (
    select account_id, domain from {{ ref('int_accounts') }}
),

suppressed as (
    select domain, reason from {{ ref('stg_ops__policy_suppressed_domains') }}
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
        suppressed.reason as exclusion,
        case
            when potential.annual_potential is null then 'unknown'
            else coalesce(edges.style, 'below_bands')
        end as value_band
    from potential
    inner join accounts on potential.account_id = accounts.account_id
    left join in_bands on potential.account_id = in_bands.account_id
    left join edges on in_bands.style_rank = edges.style_rank
    left join suppressed on accounts.domain = suppressed.domain
)

select * from banded
