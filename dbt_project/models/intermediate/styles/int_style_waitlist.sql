{# Who waits for which style, and at which place of its pool. #}
{% set none_rank = styles() | length + 1 %}

with

stood as (
    select * from {{ ref('int_style_proposals') }}
    where is_enabled and not is_passed_over
),

base_styles as (
    select account_id, base_style from {{ ref('int_base_styles') }}
),

ranks as (
    select style, style_rank from {{ ref('stg_ops__policy_styles') }}
),

candidates as (
    select account_id, held_rank from {{ ref('int_style_candidates') }}
),

in_vain as (
    select
        *,
        row_number() over (
            partition by account_id order by style_rank
        ) as nth_wait
    from stood
    where not is_seated
),

waiting as (
    select
        in_vain.account_id,
        in_vain.style,
        in_vain.style_rank,
        in_vain.place,
        in_vain.seats,
        in_vain.is_customer,
        in_vain.account_score,
        in_vain.annual_potential,
        coalesce(candidates.held_rank <= in_vain.style_rank, false)
            as has_margin
    from in_vain
    inner join candidates on in_vain.account_id = candidates.account_id
    inner join base_styles on in_vain.account_id = base_styles.account_id
    left join ranks on base_styles.base_style = ranks.style
    where
        in_vain.nth_wait = 1
        and in_vain.style_rank < coalesce(ranks.style_rank, {{ none_rank }})
)

select * from waiting
