{# A style that a person wrote over ours in the CRM: the field differs from what
   the CRM last acknowledged, on a record that was changed since. Once seen it
   stands in the ledger, since our next write makes both alike; it is read as
   it stands now, so that a second build of a day sees what the first saw.
   What is no style, or came after the last build, was noted when it was found
   and is left in the CRM: it counts for as long as it stands there. #}
with

build_context as (
    select
        as_of_date,
        cast({{ policy_number('overrides.crm_edit_days') }} as integer) as days
    from {{ ref('stg_ops__build_context') }}
),

records as (
    select
        'salesforce' as source,
        account_id as record_id,
        abm_style as told_style,
        updated_at
    from {{ ref('stg_salesforce__accounts') }}
    union all
    select
        'hubspot' as source,
        company_id as record_id,
        abm_style as told_style,
        updated_at
    from {{ ref('stg_hubspot__companies') }}
),

aliases as (
    select alias, style from {{ ref('style_aliases') }}
),

acknowledged as (
    select destination, object_key, style, acknowledged_at
    from {{ ref('stg_ops__sync_styles') }}
),

{# Deleted or merged in the CRM, a record takes its edit with it. #}
known as (
    select
        ledger.source,
        ledger.record_id,
        ledger.override_id,
        ledger.style,
        ledger.starts_on,
        ledger.ends_on
    from {{ ref('stg_ops__override_ledger') }} as ledger
    inner join records
        on
            ledger.source = records.source
            and ledger.record_id = records.record_id
    where ledger.origin = 'crm_edit' and ledger.valid_to is null
),

seen as (
    select
        records.source,
        records.record_id,
        records.told_style,
        coalesce(aliases.style, records.told_style) as style
    from records
    inner join acknowledged
        on
            records.source = acknowledged.destination
            and records.record_id = acknowledged.object_key
            and records.updated_at > acknowledged.acknowledged_at
    left join aliases
        on {{ style_alias('records.told_style') }} = aliases.alias
    where
        coalesce(aliases.style, records.told_style, '')
        <> coalesce(acknowledged.style, '')
),

noted as (
    select
        field_edits.destination as source,
        field_edits.object_key as record_id,
        records.told_style,
        coalesce(aliases.style, records.told_style) as style,
        field_edits.since
    from {{ ref('stg_ops__field_edits') }} as field_edits
    cross join build_context
    inner join records
        on
            field_edits.destination = records.source
            and field_edits.object_key = records.record_id
            and field_edits.found = trim(records.told_style)
    left join aliases
        on {{ style_alias('records.told_style') }} = aliases.alias
    where
        field_edits.field = 'abm_style'
        and field_edits.decision = 'reported'
        and field_edits.since <= build_context.as_of_date
        and coalesce(
            field_edits.ended_on > build_context.as_of_date, true
        )
),

found as (
    select
        coalesce(seen.source, noted.source) as source,
        coalesce(seen.record_id, noted.record_id) as record_id,
        case
            when seen.record_id is null then noted.told_style
            else seen.told_style
        end as told_style,
        case
            when seen.record_id is null then noted.style else seen.style
        end as style,
        noted.since
    from seen
    full outer join noted
        on seen.source = noted.source and seen.record_id = noted.record_id
),

{# Whoever empties the field leaves the style to the rules again. #}
edits as (
    select
        coalesce(found.source, known.source) as source,
        coalesce(found.record_id, known.record_id) as record_id,
        coalesce(found.told_style, known.style) as told_style,
        case
            when
                found.record_id is null or found.style = known.style
                then known.override_id
        end as known_id,
        known.starts_on,
        found.since,
        known.ends_on
    from found
    full outer join known
        on found.source = known.source and found.record_id = known.record_id
    where found.record_id is null or found.told_style is not null
),

dated as (
    select
        coalesce(
            edits.known_id,
            {{ dbt.concat([
                "'crm_edit:'", 'edits.source', "':'", 'edits.record_id', "':'",
                'cast(coalesce(edits.since, build_context.as_of_date) as '
                ~ dbt.type_string() ~ ')',
            ]) }}
        ) as override_id,
        edits.source,
        edits.record_id,
        edits.told_style,
        case
            when edits.known_id is not null then edits.starts_on
            else coalesce(edits.since, build_context.as_of_date)
        end as starts_on,
        cast(
            case
                when edits.known_id is not null then edits.ends_on
                else {{ dbt.dateadd(
                    'day',
                    'build_context.days',
                    'coalesce(edits.since, build_context.as_of_date)'
                ) }}
            end as date
        ) as ends_on
    from edits
    cross join build_context
)

select * from dated
