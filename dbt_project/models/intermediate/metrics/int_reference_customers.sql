{# Accounts whose reference status the policy gives any worth. #}
with

accounts as (
    select account_id, {{ matching_text('reference_status') }} as status
    from {{ ref('int_accounts') }}
    where reference_status is not null
),

statuses as (
    select distinct
        {{ matching_text("replace(setting, 'influence.references.', '')") }}
            as status
    from {{ ref('stg_ops__policy_settings') }}
    where setting like 'influence.references.%' and value_number > 0
),

customers as (
    select account_id from {{ ref('int_account_revenue') }}
    where won_deals > 0
),

references_given as (
    select accounts.account_id, accounts.status as reference_status
    from accounts
    inner join statuses on accounts.status = statuses.status
    inner join customers on accounts.account_id = customers.account_id
)

select * from references_given
