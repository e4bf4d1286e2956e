{{ config(materialized='view') }}

with

salesforce_contacts as (
    select * from {{ ref('stg_salesforce__contacts') }}
),

salesforce_leads as (
    select * from {{ ref('stg_salesforce__leads') }}
),

hubspot_contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

primary_companies as (
    select
        contact_id,
        min(company_id) as company_id
    from {{ ref('stg_hubspot__contact_companies') }}
    where is_primary
    group by contact_id
),

files_contacts as (
    select * from {{ ref('stg_files__contacts') }}
),

unioned as (
    select
        'salesforce' as source,
        1 as source_rank,
        contact_id as record_id,
        {{ record_key('salesforce', 'contact_id') }} as record_key,
        {{ record_key('salesforce', 'account_id') }} as account_record_key,
        cast(null as {{ dbt.type_string() }}) as converted_record_key,
        job_title,
        department,
        country,
        is_opted_out,
        email,
        first_name,
        last_name,
        phone
    from salesforce_contacts
    union all
    select
        'salesforce' as source,
        4 as source_rank,
        lead_id as record_id,
        {{ record_key('salesforce', 'lead_id') }} as record_key,
        {{ record_key('salesforce', 'converted_account_id') }}
            as account_record_key,
        {{ record_key('salesforce', 'converted_contact_id') }}
            as converted_record_key,
        job_title,
        null as department,
        country,
        is_opted_out,
        email,
        first_name,
        last_name,
        null as phone
    from salesforce_leads
    union all
    select
        'hubspot' as source,
        2 as source_rank,
        hubspot_contacts.contact_id as record_id,
        {{ record_key('hubspot', 'hubspot_contacts.contact_id') }}
            as record_key,
        coalesce(
            {{ record_key('hubspot', 'hubspot_contacts.company_id') }},
            {{ record_key('hubspot', 'primary_companies.company_id') }}
        ) as account_record_key,
        null as converted_record_key,
        hubspot_contacts.job_title,
        null as department,
        hubspot_contacts.country,
        hubspot_contacts.is_opted_out,
        hubspot_contacts.email,
        hubspot_contacts.first_name,
        hubspot_contacts.last_name,
        hubspot_contacts.phone
    from hubspot_contacts
    left join primary_companies
        on hubspot_contacts.contact_id = primary_companies.contact_id
    union all
    select
        'files' as source,
        3 as source_rank,
        contact_id as record_id,
        {{ record_key('files', 'contact_id') }} as record_key,
        {{ record_key('files', 'account_id') }} as account_record_key,
        null as converted_record_key,
        job_title,
        null as department,
        country,
        is_opted_out,
        email,
        first_name,
        last_name,
        phone
    from files_contacts
)

select * from unioned
