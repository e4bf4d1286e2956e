with

records as (
    select * from {{ ref('int_accounts_unioned') }}
),

assigned as (
    select source, record_id, record_key, account_id
    from {{ ref('int_account_records') }}
),

owners as (
    select record_key, owner_id from {{ ref('int_owner_records') }}
),

industries as (
    select industry_as_written, industry from {{ ref('industries') }}
),

countries as (
    select country_as_written, country from {{ ref('countries') }}
),

currencies as (
    select currency_code, rate from {{ ref('stg_ops__policy_currencies') }}
),

policy as (
    select {{ policy_text('currency') }} as currency_code
),

{# One vocabulary and one currency before records are compared. #}
harmonised as (
    select
        assigned.account_id,
        records.account_name,
        records.domain,
        parents.account_id as parent_account_id,
        coalesce(owners.owner_id, records.owner_record_key) as owner_id,
        coalesce(
            industries.industry, {{ matching_text('records.industry') }}
        ) as industry,
        records.city,
        coalesce(countries.country, records.country) as country,
        records.employees,
        records.annual_revenue * currencies.rate as annual_revenue,
        records.potential_estimate * currencies.rate as potential_estimate,
        row_number() over (
            partition by assigned.account_id
            order by
                records.source_rank,
                case when records.created_at is null then 1 else 0 end,
                records.created_at, records.record_id
        ) as record_rank
    from records
    inner join assigned on records.record_key = assigned.record_key
    cross join policy
    left join assigned as parents
        on
            records.source = parents.source
            and records.parent_record_id = parents.record_id
            and assigned.account_id <> parents.account_id
    left join owners on records.owner_record_key = owners.record_key
    left join industries
        on
            {{ matching_text('records.industry') }}
            = industries.industry_as_written
    left join countries
        on lower(records.country) = countries.country_as_written
    left join currencies
        on
            coalesce(records.currency_code, policy.currency_code)
            = currencies.currency_code
),

filled as (
    select
        account_id,
        record_rank,
        {{ first_known('account_name', 'account_id', 'record_rank') }}
            as account_name,
        {{ first_known('domain', 'account_id', 'record_rank') }}
            as domain,
        {{ first_known('parent_account_id', 'account_id', 'record_rank') }}
            as parent_account_id,
        {{ first_known('owner_id', 'account_id', 'record_rank') }}
            as owner_id,
        {{ first_known('industry', 'account_id', 'record_rank') }}
            as industry,
        {{ first_known('city', 'account_id', 'record_rank') }}
            as city,
        {{ first_known('country', 'account_id', 'record_rank') }}
            as country,
        {{ first_known('employees', 'account_id', 'record_rank') }}
            as employees,
        {{ first_known('annual_revenue', 'account_id', 'record_rank') }}
            as annual_revenue,
        {{ first_known('potential_estimate', 'account_id', 'record_rank') }}
            as potential_estimate
    from harmonised
),

merged as (
    select
        account_id,
        coalesce(account_name, domain, account_id) as account_name,
        domain,
        parent_account_id,
        owner_id,
        industry,
        city,
        country,
        employees,
        annual_revenue,
        potential_estimate
    from filled
    where record_rank = 1
)

select * from merged
