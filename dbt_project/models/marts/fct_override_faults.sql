with

overrides as (
    select * from {{ ref('int_overrides') }}
),

faults as (
    select
        override_id,
        origin,
        source,
        record_id,
        account_id,
        told_account,
        told_style,
        kind,
        coalesce(fault, 'not_explained') as fault,
        fault is null as is_used,
        case
            when fault = 'unknown_account'
                then 'No account has this id or domain: correct it'
            when fault = 'unknown_style'
                then 'No style has this name: write it as in the policy'
            when fault = 'unknown_kind'
                then 'Write until, until_recalculated, permanent or manual_seat'
            when fault = 'no_end'
                then 'This kind needs a day on which it ends: add it'
            else 'It is used, but nobody can tell why: add author and reason'
        end as remedy
    from overrides
    where
        fault is not null
        or (
            is_due
            and origin <> 'crm_edit'
            and (author is null or reason is null)
        )
)

select * from faults
