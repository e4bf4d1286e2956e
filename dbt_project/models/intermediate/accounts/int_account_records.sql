with

records as (
    select
        source,
        source_rank,
        record_id,
        record_key,
        parent_record_id,
        domain
    from {{ ref('int_accounts_unioned') }}
),

{# Only a parent of the same domain keeps a record apart. HubSpot makes one
   company a domain, so its parents say nothing here. #}
members as (
    select
        record.record_key as id,
        parent.record_key as parent_id
    from records as record
    left join records as parent
        on
            record.source = parent.source
            and record.parent_record_id = parent.record_id
            and record.domain = parent.domain
            and record.source <> 'hubspot'
    where record.domain is not null
),

{{ hierarchy_roots('members') }},

assigned as (
    select
        records.source,
        records.source_rank,
        records.record_id,
        records.record_key,
        case
            when roots.root_id = records.record_key then records.domain
            else records.record_key
        end as account_id
    from records
    left join roots on records.record_key = roots.id
)

select * from assigned
