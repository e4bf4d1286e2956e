{# Who may leave the house: everybody, or in a pilot only its accounts; the
   others are decided all the same and stay in the shadow. #}
with

accounts as (
    select account_id, domain from {{ ref('int_accounts') }}
),

pilot as (
    select distinct domain from {{ ref('stg_ops__policy_pilot_domains') }}
),

sendable as (
    select accounts.account_id
    from accounts
    left join pilot on accounts.domain = pilot.domain
    where
        pilot.domain is not null
        or not coalesce({{ policy_switch('pilot.enabled') }}, false)
)

select * from sendable
