{# How many of the roles of a purchase are known in each account. Only HubSpot
   records them, several to a contact. #}
with

contacts as (
    select
        {{ record_key('hubspot', 'contact_id') }} as record_key,
        {{ dbt.concat([
            "';'", "replace(lower(buying_role), ' ', '')", "';'",
        ]) }} as role_list
    from {{ ref('stg_hubspot__contacts') }}
    where buying_role is not null
),

roles as (
    select buying_role, {{ dbt.concat([
        "';'", "buying_role", "';'",
    ]) }} as listed_role
    from {{ ref('buying_roles') }}
),

person_records as (
    select record_key, person_id from {{ ref('int_person_records') }}
),

people as (
    select person_id, account_id from {{ ref('int_people') }}
    where account_id is not null
),

per_account as (
    select
        people.account_id,
        count(distinct roles.buying_role) as buying_roles
    from contacts
    inner join roles
        on {{ dbt.position('roles.listed_role', 'contacts.role_list') }} > 0
    inner join person_records
        on contacts.record_key = person_records.record_key
    inner join people on person_records.person_id = people.person_id
    group by people.account_id
)

select * from per_account
