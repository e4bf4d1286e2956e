with

build_context as (
    select as_of_date, release_id from {{ ref('stg_ops__build_context') }}
),

styles as (
    select
        account_id,
        base_style,
        effective_style,
        reason_code,
        steady_reason
    from {{ ref('fct_account_styles') }}
),

before_today as (
    select
        account_id,
        base_style,
        effective_style
    from {{ ledger_before('stg_ops__style_ledger') }} as style_ledger
    where ended_on is null
),

accounts as (
    select account_id, account_name, owner_id from {{ ref('dim_accounts') }}
),

policy_styles as (
    select style, style_rank, planned_spend
    from {{ ref('stg_ops__policy_styles') }}
),

moves as (
    select
        styles.account_id,
        accounts.account_name,
        accounts.owner_id,
        build_context.as_of_date as moved_on,
        before_today.effective_style as from_style,
        styles.effective_style as to_style,
        before_today.base_style <> styles.base_style as is_base_move,
        case
            when from_policy.style_rank is null then 'up'
            when to_policy.style_rank < from_policy.style_rank then 'up'
            else 'down'
        end as direction,
        styles.reason_code,
        styles.steady_reason as reason,
        coalesce(from_policy.planned_spend, 0) as planned_spend_before,
        coalesce(to_policy.planned_spend, 0) as planned_spend_after,
        build_context.release_id
    from styles
    inner join before_today on styles.account_id = before_today.account_id
    inner join accounts on styles.account_id = accounts.account_id
    cross join build_context
    left join policy_styles as from_policy
        on before_today.effective_style = from_policy.style
    left join policy_styles as to_policy
        on styles.effective_style = to_policy.style
    where before_today.effective_style <> styles.effective_style
)

select * from moves
