{# The people's share of int_suppressions, apart from the accounts': no new day
   changes it. #}
with

people as (
    select person_id, email, email_domain from {{ ref('int_people') }}
),

hosts as (
    select host, domain from {{ ref('int_domains') }}
),

suppressed_domains as (
    select domain, reason from {{ ref('stg_ops__policy_suppressed_domains') }}
),

consents as (
    select person_id, purpose, status from {{ ref('int_consents') }}
),

role_addresses as (
    select local_part from {{ ref('role_addresses') }}
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

records as (
    select
        record_key,
        lower({{ dbt.concat(['first_name', "' '", 'last_name']) }}) as full_name
    from {{ ref('int_people_unioned') }}
),

{# One address under three names is a mailbox, not a person. #}
shared as (
    select person_records.person_id
    from records
    inner join person_records
        on records.record_key = person_records.record_key
    group by person_records.person_id
    having count(distinct records.full_name) >= 3
),

found as (
    select
        person_id,
        case status when 'denied' then 'denied_ads' else 'opted_out' end
            as reason_code
    from consents
    where purpose = 'advertising' and status in ('opted_out', 'denied')
    union
    select
        people.person_id,
        case suppressed_domains.reason
            when 'own' then 'employee'
            when 'competitor' then 'competitor_employee'
            else 'suppressed_domain'
        end as reason_code
    from people
    inner join hosts on people.email_domain = hosts.host
    inner join suppressed_domains on hosts.domain = suppressed_domains.domain
    union
    select
        people.person_id,
        'role_address' as reason_code
    from people
    inner join role_addresses
        on
            {{ dbt.split_part('people.email', "'@'", 1) }}
            = role_addresses.local_part
    union
    select
        person_id,
        'shared_address' as reason_code
    from shared
)

select * from found
