with

records as (
    select * from {{ ref('int_people_unioned') }}
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

account_records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

accounts as (
    select account_id from {{ ref('int_accounts') }}
),

company_domains as (
    select host, domain from {{ ref('int_domains') }}
    where not is_free_mail
),

job_titles as (
    select job_title, seniority, department from {{ ref('int_job_titles') }}
),

countries as (
    select country_as_written, country from {{ ref('countries') }}
),

assigned as (
    select
        records.*,
        person_records.person_id,
        account_records.account_id,
        records.record_key = person_records.person_id as is_first
    from records
    inner join person_records
        on records.record_key = person_records.record_key
    left join account_records
        on records.account_record_key = account_records.record_key
),

{# The first record speaks; the others fill its gaps. #}
merged as (
    select
        person_id,
        {%- for column in [
            'account_id', 'job_title', 'department', 'country', 'email',
            'first_name', 'last_name', 'phone',
        ] %}
        coalesce(
            max(case when is_first then {{ column }} end), min({{ column }})
        ) as {{ column }},
        {%- endfor %}
        max(case when is_opted_out then 1 else 0 end) = 1 as is_opted_out
    from assigned
    group by person_id
),

with_host as (
    select
        merged.*,
        {{ email_host('email') }} as email_domain
    from merged
),

matched as (
    select
        with_host.person_id,
        coalesce(with_host.account_id, accounts.account_id) as account_id,
        coalesce(job_titles.seniority, 'other') as seniority,
        coalesce(
            departments.department, job_titles.department, with_host.department
        ) as department,
        with_host.job_title,
        coalesce(countries.country, with_host.country) as country,
        with_host.is_opted_out,
        with_host.email_domain,
        with_host.email,
        with_host.first_name,
        with_host.last_name,
        with_host.phone
    from with_host
    left join company_domains
        on with_host.email_domain = company_domains.host
    left join accounts on company_domains.domain = accounts.account_id
    left join job_titles on with_host.job_title = job_titles.job_title
    left join job_titles as departments
        on with_host.department = departments.job_title
    left join countries
        on lower(with_host.country) = countries.country_as_written
)

select * from matched
