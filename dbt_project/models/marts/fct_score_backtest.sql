with

lifts as (
    select * from {{ ref('int_score_lifts') }}
),

period as (
    select as_of_date, won_until from {{ ref('int_backtest_period') }}
),

build_context as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

joined as (
    select
        lifts.score,
        lifts.account_group,
        lifts.decile,
        period.as_of_date,
        period.won_until,
        cast(lifts.accounts as bigint) as accounts,
        cast(lifts.winners as bigint) as winners,
        {{ money('lifts.won_amount') }} as won_amount,
        cast(lifts.lift as decimal(12, 4)) as lift,
        cast(lifts.amount_lift as decimal(12, 4)) as amount_lift,
        cast(lifts.auc as decimal(5, 4)) as auc,
        cast(lifts.amount_auc as decimal(5, 4)) as amount_auc,
        cast(lifts.unscored_accounts as bigint) as unscored_accounts,
        build_context.policy_version
    from lifts
    cross join period
    cross join build_context
)

select * from joined
