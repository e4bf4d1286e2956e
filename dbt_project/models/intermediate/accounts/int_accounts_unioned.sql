with

salesforce_accounts as (
    select * from {{ ref('stg_salesforce__accounts') }}
),

hubspot_companies as (
    select * from {{ ref('stg_hubspot__companies') }}
),

files_accounts as (
    select * from {{ ref('stg_files__accounts') }}
),

domains as (
    select host, domain from {{ ref('int_domains') }}
    where not is_free_mail
),

unioned as (
    select
        'salesforce' as source,
        1 as source_rank,
        account_id as record_id,
        parent_account_id as parent_record_id,
        {{ record_key('salesforce', 'owner_id') }} as owner_record_key,
        account_name,
        website_host,
        industry,
        city,
        country,
        currency_code,
        employees,
        annual_revenue,
        potential_estimate,
        created_at
    from salesforce_accounts
    union all
    select
        'hubspot' as source,
        2 as source_rank,
        company_id as record_id,
        parent_company_id as parent_record_id,
        {{ record_key('hubspot', 'owner_id') }} as owner_record_key,
        company_name as account_name,
        website_host,
        industry,
        city,
        country,
        null as currency_code,
        employees,
        annual_revenue,
        potential_estimate,
        created_at
    from hubspot_companies
    union all
    select
        'files' as source,
        3 as source_rank,
        account_id as record_id,
        parent_account_id as parent_record_id,
        {{ record_key('files', 'owner_id') }} as owner_record_key,
        account_name,
        website_host,
        industry,
        city,
        country,
        currency_code,
        employees,
        annual_revenue,
        potential_estimate,
        null as created_at
    from files_accounts
),

with_domain as (
    select
        unioned.*,
        {{ dbt.concat(['unioned.source', "':'", 'unioned.record_id']) }}
            as record_key,
        domains.domain
    from unioned
    left join domains on unioned.website_host = domains.host
)

select * from with_domain
