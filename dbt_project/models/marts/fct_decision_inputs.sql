with

styles as (
    select * from {{ ref('fct_account_styles') }}
),

scores as (
    select * from {{ ref('fct_account_scores') }}
),

accounts as (
    select account_id, annual_potential, is_customer
    from {{ ref('dim_accounts') }}
),

joined as (
    select
        styles.account_id,
        styles.as_of_date,
        styles.value_band,
        accounts.annual_potential,
        scores.potential_method,
        {% for score in ['account'] + score_factors() -%}
        cast(round(scores.{{ score }}_score, 0) as integer)
            as {{ score }}_score,
        {% endfor -%}
        accounts.is_customer,
        styles.proposed_style,
        styles.reason_code,
        styles.steady_reason as reason,
        scores.score_reasons,
        styles.policy_version,
        styles.release_id
    from styles
    inner join scores on styles.account_id = scores.account_id
    inner join accounts on styles.account_id = accounts.account_id
)

select * from joined
