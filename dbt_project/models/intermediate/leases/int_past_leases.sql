{# The ledger has a row for each renewal of a lease; here it is the last one. #}
with

ledger as (
    select
        lease_id,
        account_id,
        style,
        trigger,
        starts_on,
        ends_on,
        renewals,
        valid_from,
        ended_on,
        row_number() over (
            partition by lease_id order by valid_from desc
        ) as place
    from {{ ledger_before('stg_ops__lease_ledger') }} as before
),

context as (
    select
        as_of_date,
        cast({{ policy_number('leases.days') }} as integer) as lease_days,
        {{ policy_number('leases.max_renewals') }} as max_renewals
    from {{ ref('stg_ops__build_context') }}
),

last_rows as (
    select
        ledger.*,
        context.as_of_date,
        context.max_renewals,
        ledger.trigger like 'programme:%' as is_programme,
        cast({{ dbt.dateadd(
            'day', 'context.lease_days', 'ledger.ends_on'
        ) }} as date) as renewed_until
    from ledger
    cross join context
    where ledger.place = 1
),

{# A night that comes so late that a renewal would be over has none to give. #}
judged as (
    select
        lease_id,
        account_id,
        style,
        trigger,
        is_programme,
        starts_on,
        ends_on,
        renewals,
        renewed_until,
        ended_on is null as is_open,
        case
            when ended_on is not null then 'over'
            when ends_on > as_of_date then 'running'
            when is_programme then 'over'
            when renewals < max_renewals and renewed_until > as_of_date
                then 'renewable'
            else 'over'
        end as state,
        coalesce(ended_on, as_of_date) as over_on
    from last_rows
)

select * from judged
