with

scores as (
    select * from {{ ref('int_account_scores') }}
),

fit as (
    select account_id, best_profile
    from {{ ref('int_strategic_fit_scores') }}
),

potential as (
    select account_id, potential_method
    from {{ ref('int_account_potential') }}
),

build_context as (
    select as_of_date, policy_version from {{ ref('stg_ops__build_context') }}
),

joined as (
    select
        scores.account_id,
        build_context.as_of_date,
        scores.revenue_potential_score,
        scores.strategic_fit_score,
        scores.influence_score,
        scores.engagement_score,
        scores.cltv_score,
        scores.account_score,
        scores.score_reasons,
        build_context.policy_version,
        fit.best_profile,
        potential.potential_method,
        scores.revenue_potential_reason,
        scores.strategic_fit_reason,
        scores.influence_reason,
        scores.engagement_reason,
        scores.cltv_reason
    from scores
    inner join fit on scores.account_id = fit.account_id
    inner join potential on scores.account_id = potential.account_id
    cross join build_context
)

select * from joined
