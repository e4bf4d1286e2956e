{# Accounts qualify by their latest days, a small part of all: in the order of
   days these lie together. #}
{{ config(indexes=[{'columns': ['activity_date']}]) }}

with

activities as (
    select * from {{ ref('int_activities') }}
    where is_counted
),

kinds as (
    select * from {{ ref('int_activity_kinds') }}
),

account_records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

accounts as (
    select account_id from {{ ref('int_accounts') }}
),

hosts as (
    select host, domain from {{ ref('int_domains') }}
    where not is_free_mail
),

people as (
    select person_id, account_id from {{ ref('int_people') }}
),

recipients as (
    select email, person_id, account_id from {{ ref('int_people') }}
    where email is not null
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

{# CRM activities name a record, anonymous visits the visitor's host: they
   are the account's that is named by its domain, the head of a group. #}
account_keys as (
    select record_key as account_key, account_id
    from account_records
    union all
    select hosts.host as account_key, accounts.account_id
    from hosts
    inner join accounts on hosts.domain = accounts.account_id
),

{# CRM activities name a record, mail events an address. #}
person_keys as (
    select
        person_records.record_key as person_key,
        people.person_id,
        people.account_id
    from person_records
    inner join people on person_records.person_id = people.person_id
    union all
    select
        email as person_key,
        person_id,
        account_id
    from recipients
),

resolved as (
    select
        coalesce(account_keys.account_id, person_keys.account_id)
            as account_id,
        person_keys.person_id,
        kinds.activity_type,
        activities.activity_date,
        case
            when
                kinds.maximum_minutes is not null
                and activities.minutes is not null
                then least(activities.minutes, kinds.maximum_minutes)
            else kinds.minutes
        end as minutes
    from activities
    inner join kinds
        on
            activities.feed = kinds.feed
            and activities.kind = kinds.kind
    left join person_keys on activities.person_key = person_keys.person_key
    left join account_keys
        on activities.account_record_key = account_keys.account_key
),

daily as (
    select
        account_id,
        person_id,
        activity_type,
        activity_date,
        count(*) as activities,
        {{ exact_sum('minutes') }} as minutes
    from resolved
    group by account_id, person_id, activity_type, activity_date
)

select * from daily
order by activity_date
