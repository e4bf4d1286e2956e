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

policy_styles as (
    select style, style_rank, potential_from, potential_below
    from {{ ref('stg_ops__policy_styles') }}
    where potential_from is not null
),

lowest as (
    select style
    from {{ ref('stg_ops__policy_styles') }}
    where style_rank = (
        select max(all_styles.style_rank)
        from {{ ref('stg_ops__policy_styles') }} as all_styles
    )
),

scaled as (
    select
        style,
        style_rank,
        {{ money(
            'potential_from * ' ~ policy_number('scale_factor')
        ) }} as potential_from,
        {{ money(
            'potential_below * ' ~ policy_number('scale_factor')
        ) }} as potential_below
    from policy_styles
),

{# Where bands overlap, the highest style whose band holds the potential. #}
in_bands as (
    select
        potential.account_id,
        min(scaled.style_rank) as style_rank
    from potential
    inner join scaled
        on
            potential.annual_potential >= scaled.potential_from
            and (
                potential.annual_potential < scaled.potential_below
                or scaled.potential_below is null
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
            else coalesce(scaled.style, 'below_bands')
        end as value_band,
        coalesce(scaled.style, lowest.style) as wanted_style
    from potential
    inner join accounts on potential.account_id = accounts.account_id
    cross join lowest
    left join in_bands on potential.account_id = in_bands.account_id
    left join scaled on in_bands.style_rank = scaled.style_rank
    left join suppressed on accounts.domain = suppressed.domain
)

select * from banded
