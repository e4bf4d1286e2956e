{# Each override with its account, its dates and what keeps it from being used.
   One "until recalculated" is over with the first review that finds it in the
   ledger, and does not come back though it still stands in its file. #}
with

build_context as (
    select as_of_date, is_review from {{ ref('stg_ops__build_context') }}
),

told as (
    select * from {{ ref('int_overrides_unioned') }}
),

aliases as (
    select alias, style from {{ ref('style_aliases') }}
),

records as (
    select source, record_id, account_id from {{ ref('int_account_records') }}
),

accounts as (
    select account_id, domain from {{ ref('int_accounts') }}
),

{# Where several accounts share a domain, the one that bears it is meant. #}
domains as (
    select
        domain,
        coalesce(
            max(case when account_id = domain then account_id end),
            min(account_id)
        ) as account_id
    from accounts
    where domain is not null
    group by domain
),

earlier as (
    select
        override_id,
        min(starts_on) as starts_on,
        max(case when ended_on is null then 1 else 0 end) = 1 as is_open
    from {{ ledger_before('stg_ops__override_ledger') }} as override_ledger
    group by override_id
),

resolved as (
    select
        told.override_id,
        told.origin,
        told.source,
        told.record_id,
        coalesce(
            records.account_id, named.account_id, domains.account_id
        ) as account_id,
        coalesce(told.told_account, told.told_domain) as told_account,
        told.told_style,
        aliases.style,
        coalesce(
            told.told_kind,
            case when told.ends_on is null then 'permanent' else 'until' end
        ) as kind,
        told.author,
        told.reason,
        coalesce(
            told.starts_on,
            case when earlier.is_open then earlier.starts_on end,
            build_context.as_of_date
        ) as starts_on,
        told.ends_on,
        build_context.as_of_date,
        earlier.override_id is not null
        and (build_context.is_review or not earlier.is_open) as is_reviewed
    from told
    cross join build_context
    left join records
        on
            told.source = records.source
            and told.record_id = records.record_id
    left join accounts as named on told.told_account = named.account_id
    left join domains on told.told_domain = domains.domain
    left join aliases on {{ style_alias('told.told_style') }} = aliases.alias
    left join earlier on told.override_id = earlier.override_id
),

judged as (
    select
        *,
        case
            when account_id is null then 'unknown_account'
            when style is null then 'unknown_style'
            when
                kind not in (
                    'until', 'until_recalculated', 'permanent', 'manual_seat'
                )
                then 'unknown_kind'
            when kind in ('until', 'manual_seat') and ends_on is null
                then 'no_end'
        end as fault,
        starts_on <= as_of_date
        and coalesce(ends_on > as_of_date, true)
        and not (kind = 'until_recalculated' and is_reviewed) as is_due
    from resolved
)

select * from judged
