{#
    Everyone who is left out of something, and why, one row per subject and
    reason. Scores, CRM fields and audiences all read this and nothing else.

    from_scores: never scored as a buyer.
    from_crm: outside the practice; the CRM says so instead of a style.
    from_ads: in no audience.
#}
with

accounts as (
    select account_id, domain from {{ ref('int_accounts') }}
),

people as (
    select person_id, reason_code from {{ ref('int_suppressed_people') }}
),

suppressed_domains as (
    select domain, reason from {{ ref('stg_ops__policy_suppressed_domains') }}
),

suppressed_accounts as (
    select account_id from {{ ref('stg_ops__policy_suppressed_accounts') }}
),

account_records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

{# The policy names an account by its id or by any record of it: one without a
   domain has its record's key for an id, and may get a domain. #}
account_names as (
    select account_id, account_id as name from accounts
    union
    select account_id, record_key as name from account_records
),

revenue as (
    select account_id, won_deals, open_deals
    from {{ ref('int_account_revenue') }}
),

found as (
    select
        'account' as subject_kind,
        accounts.account_id as subject_key,
        suppressed_domains.reason as reason_code
    from accounts
    inner join suppressed_domains
        on accounts.domain = suppressed_domains.domain
    union
    select
        'account' as subject_kind,
        account_names.account_id as subject_key,
        'suppressed' as reason_code
    from account_names
    inner join suppressed_accounts
        on account_names.name = suppressed_accounts.account_id
    union
    select
        'account' as subject_kind,
        account_id as subject_key,
        'customer' as reason_code
    from revenue
    where won_deals > 0 and {{ policy_switch('suppression.customers') }}
    union
    select
        'account' as subject_kind,
        account_id as subject_key,
        'open_opportunity' as reason_code
    from revenue
    where
        open_deals > 0 and {{ policy_switch('suppression.open_opportunities') }}
    union all
    select
        'person' as subject_kind,
        person_id as subject_key,
        reason_code
    from people
),

told as (
    select
        subject_kind,
        subject_key,
        reason_code,
        case reason_code
            when 'own' then 'one of our own companies'
            when 'competitor' then 'on the list of competitors'
            when 'suppressed' then 'on the list of suppressed accounts'
            when 'customer' then 'is a customer, and customers are left out'
            when 'open_opportunity'
                then 'has an open opportunity, and these are left out'
            when 'opted_out' then 'opted out'
            when 'denied_ads' then 'said no to advertising'
            when 'employee' then 'has an address at one of our own companies'
            when 'competitor_employee'
                then 'has an address at a competitor'
            when 'suppressed_domain'
                then 'has an address at a suppressed domain'
            when 'role_address' then 'is the address of a role, not of a person'
            when 'shared_address' then 'several people share the address'
        end as reason,
        reason_code in (
            'own', 'competitor', 'employee', 'competitor_employee'
        ) as from_scores,
        reason_code in ('own', 'competitor', 'suppressed') as from_crm,
        true as from_ads
    from found
)

select * from told
