{# The ledger as it will stand when this candidate is published, by the rules
   of abm.release.ledger: a second release of one day replaces the first, what
   no longer holds ends, what holds now begins. #}
with

build_context as (
    select as_of_date, policy_version, release_id
    from {{ ref('stg_ops__build_context') }}
),

candidate as (
    select
        styles.account_id,
        styles.effective_style,
        styles.base_style,
        styles.reason_code,
        build_context.as_of_date,
        build_context.policy_version,
        build_context.release_id
    from {{ ref('int_account_styles') }} as styles
    cross join build_context
),

ledger as (
    select
        ledger.account_id,
        ledger.effective_style,
        ledger.base_style,
        ledger.reason_code,
        ledger.policy_version,
        ledger.release_id,
        ledger.valid_from,
        nullif(ledger.valid_to, build_context.as_of_date) as valid_to,
        build_context.as_of_date
    from {{ ref('stg_ops__style_ledger') }} as ledger
    cross join build_context
    where ledger.valid_from <> build_context.as_of_date
),

compared as (
    select
        ledger.*,
        ledger.valid_to is null and candidate.account_id is not null as holds
    from ledger
    left join candidate
        on
            ledger.account_id = candidate.account_id
            and ledger.effective_style = candidate.effective_style
            and ledger.base_style = candidate.base_style
),

holding as (
    select account_id from compared
    where holds
),

history as (
    select
        account_id,
        effective_style,
        valid_from,
        case
            when valid_to is null and not holds then as_of_date
            else valid_to
        end as valid_to,
        reason_code,
        policy_version,
        release_id
    from compared
    union all
    select
        candidate.account_id,
        candidate.effective_style,
        candidate.as_of_date as valid_from,
        cast(null as date) as valid_to,
        candidate.reason_code,
        candidate.policy_version,
        candidate.release_id
    from candidate
    left join holding on candidate.account_id = holding.account_id
    where holding.account_id is null
)

select * from history
