with

unioned as (
    select
        {{ record_key('salesforce', 'account_id') }} as account_record_key,
        {{ record_key('salesforce', 'user_id') }} as owner_record_key,
        team_role
    from {{ ref('stg_salesforce__account_team_members') }}
    union all
    select
        {{ record_key('files', 'account_id') }} as account_record_key,
        {{ record_key('files', 'owner_id') }} as owner_record_key,
        team_role
    from {{ ref('stg_files__account_team') }}
),

account_records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

owner_records as (
    select record_key, owner_id from {{ ref('int_owner_records') }}
),

{# One person may have a role in several records of an account. #}
members as (
    select distinct
        account_records.account_id,
        unioned.team_role,
        coalesce(owner_records.owner_id, unioned.owner_record_key) as owner_id
    from unioned
    inner join account_records
        on unioned.account_record_key = account_records.record_key
    left join owner_records
        on unioned.owner_record_key = owner_records.record_key
    where unioned.team_role is not null and unioned.owner_record_key is not null
)

select * from members
