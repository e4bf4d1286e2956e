{# Accounts on a seller's list: owned by somebody who is still there. #}
with

accounts as (
    select account_id, owner_id from {{ ref('int_accounts') }}
    where owner_id is not null
),

owners as (
    select owner_id, is_active from {{ ref('int_owners') }}
),

{# An owner whom no source tells more of is taken to be there. #}
listed as (
    select
        accounts.account_id,
        accounts.owner_id,
        count(*) over (partition by accounts.owner_id) as list_accounts
    from accounts
    left join owners on accounts.owner_id = owners.owner_id
    where coalesce(owners.is_active, true)
),

judged as (
    select
        account_id,
        owner_id,
        list_accounts,
        case
            when list_accounts < {{ benchmark('accounts_per_owner_minimum') }}
                then 'too_short'
            when list_accounts > {{ benchmark('accounts_per_owner_maximum') }}
                then 'too_long'
            else 'workable'
        end as list_length
    from listed
)

select * from judged
