{# Every word of a person about a style, wherever it was given, one shape. #}
with

of_files as (
    select
        override_id,
        'file' as origin,
        'files' as source,
        account_id as record_id,
        account_id as told_account,
        domain as told_domain,
        style as told_style,
        replace(kind, ' ', '_') as told_kind,
        author,
        reason,
        starts_on,
        ends_on
    from {{ ref('stg_files__overrides') }}
),

crm_records as (
    select
        'salesforce' as source,
        account_id as record_id,
        override_style,
        override_until,
        override_author,
        override_reason
    from {{ ref('stg_salesforce__accounts') }}
    where override_style is not null
    union all
    select
        'hubspot' as source,
        company_id as record_id,
        override_style,
        override_until,
        override_author,
        override_reason
    from {{ ref('stg_hubspot__companies') }}
    where override_style is not null
),

of_crm_fields as (
    select
        {{ dbt.concat([
            "'crm:'", 'source', "':'", 'record_id', "':'",
            style_alias('override_style'),
        ]) }} as override_id,
        'crm' as origin,
        source,
        record_id,
        cast(null as {{ dbt.type_string() }}) as told_account,
        cast(null as {{ dbt.type_string() }}) as told_domain,
        override_style as told_style,
        case
            when override_until is null then 'permanent'
            else 'until'
        end as told_kind,
        override_author as author,
        override_reason as reason,
        cast(null as date) as starts_on,
        override_until as ends_on
    from crm_records
),

of_crm_edits as (
    select
        override_id,
        'crm_edit' as origin,
        source,
        record_id,
        cast(null as {{ dbt.type_string() }}) as told_account,
        cast(null as {{ dbt.type_string() }}) as told_domain,
        told_style,
        'until' as told_kind,
        cast(null as {{ dbt.type_string() }}) as author,
        {{ dbt.concat(["'Edited by hand in '", 'source']) }} as reason,
        starts_on,
        ends_on
    from {{ ref('int_style_edits') }}
)

select * from of_files
union all
select * from of_crm_fields
union all
select * from of_crm_edits
