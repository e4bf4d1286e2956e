{{ config(materialized='view') }}

with

deal_companies as (
    select
        deal_id,
        company_id,
        row_number() over (
            partition by deal_id
            order by case when is_primary then 0 else 1 end, company_id
        ) as company_rank
    from {{ ref('stg_hubspot__deal_companies') }}
),

hubspot_deals as (
    select * from {{ ref('stg_hubspot__deals') }}
),

unioned as (
    select
        'salesforce' as source,
        {{ record_key('salesforce', 'opportunity_id') }} as opportunity_id,
        {{ record_key('salesforce', 'account_id') }} as account_record_key,
        {{ record_key('salesforce', 'owner_id') }} as owner_record_key,
        stage,
        type,
        product,
        currency_code,
        amount,
        is_closed,
        is_won,
        created_date,
        close_date
    from {{ ref('stg_salesforce__opportunities') }}
    union all
    select
        'hubspot' as source,
        {{ record_key('hubspot', 'hubspot_deals.deal_id') }} as opportunity_id,
        {{ record_key('hubspot', 'deal_companies.company_id') }}
            as account_record_key,
        {{ record_key('hubspot', 'hubspot_deals.owner_id') }}
            as owner_record_key,
        hubspot_deals.stage,
        hubspot_deals.type,
        hubspot_deals.product,
        hubspot_deals.currency_code,
        hubspot_deals.amount,
        hubspot_deals.is_closed,
        hubspot_deals.is_won,
        hubspot_deals.created_date,
        hubspot_deals.close_date
    from hubspot_deals
    left join deal_companies
        on
            hubspot_deals.deal_id = deal_companies.deal_id
            and deal_companies.company_rank = 1
    union all
    select
        'files' as source,
        {{ record_key('files', 'opportunity_id') }} as opportunity_id,
        {{ record_key('files', 'account_id') }} as account_record_key,
        {{ record_key('files', 'owner_id') }} as owner_record_key,
        stage,
        type,
        product,
        currency_code,
        amount,
        is_closed,
        is_won,
        created_date,
        close_date
    from {{ ref('stg_files__opportunities') }}
)

select * from unioned
