{# Accounts treated as 1:Many today, also the ones that are so for a while. #}
with

base_styles as (
    select account_id, base_style from {{ ref('int_base_styles') }}
),

candidates as (
    select account_id, account_score from {{ ref('int_style_candidates') }}
),

accounts as (
    select account_id, industry from {{ ref('int_accounts') }}
),

leases as (
    select account_id, style from {{ ref('int_style_leases') }}
),

qualified as (
    select distinct account_id from {{ ref('int_qualified_accounts') }}
    where is_met
),

waves as (
    select
        account_id,
        max(case when ended_on < ends_on then ended_on else ends_on end)
            as last_served_on
    from {{ ledger_before('stg_ops__wave_ledger') }} as before
    group by account_id
),

pool as (
    select
        base_styles.account_id,
        coalesce(accounts.industry, 'unknown') as segment,
        candidates.account_score,
        waves.last_served_on,
        qualified.account_id is not null as is_qualified,
        leases.account_id is not null as is_leased
    from base_styles
    inner join accounts on base_styles.account_id = accounts.account_id
    inner join candidates on base_styles.account_id = candidates.account_id
    left join leases on base_styles.account_id = leases.account_id
    left join qualified on base_styles.account_id = qualified.account_id
    left join waves on base_styles.account_id = waves.account_id
    where coalesce(leases.style, base_styles.base_style) = 'one_to_many'
)

select * from pool
