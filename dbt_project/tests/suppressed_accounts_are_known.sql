{# Who is named by an id that nothing has is not left out. #}
{{ config(severity='warn') }}

with

suppressed_accounts as (
    select account_id from {{ ref('stg_ops__policy_suppressed_accounts') }}
),

known as (
    select account_id as name from {{ ref('int_accounts') }}
    union all
    select record_key as name from {{ ref('int_account_records') }}
)

select suppressed_accounts.account_id
from suppressed_accounts
left join known on suppressed_accounts.account_id = known.name
where known.name is null
