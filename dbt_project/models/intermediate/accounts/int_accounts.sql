with

accounts as (
    select * from {{ ref('int_accounts_merged') }}
),

members as (
    select
        account_id as id,
        parent_account_id as parent_id
    from accounts
),

{{ hierarchy_roots('members') }},

policy as (
    select {{ policy_text('currency') }} as currency_code
),

{# The root of a cycle loses its parent, so that what is left is a tree. #}
placed as (
    select
        accounts.account_id,
        accounts.account_name,
        accounts.domain,
        case
            when roots.root_id <> accounts.account_id
                then accounts.parent_account_id
        end as parent_account_id,
        roots.root_id as ultimate_parent_id,
        accounts.owner_id,
        accounts.industry,
        accounts.city,
        accounts.country,
        policy.currency_code,
        accounts.employees,
        accounts.annual_revenue,
        accounts.potential_estimate
    from accounts
    inner join roots on accounts.account_id = roots.id
    cross join policy
)

select * from placed
