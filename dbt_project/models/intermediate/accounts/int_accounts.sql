with

accounts as (
    select * from {{ ref('int_accounts_merged') }}
),

judgements as (
    select * from {{ ref('int_account_judgements') }}
),

sign_offs as (
    select account_id, sales_signed_off, marketing_signed_off
    from {{ ref('int_account_sign_offs') }}
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
        accounts.potential_estimate,
        judgements.imperative,
        judgements.technologies,
        judgements.incumbent,
        judgements.reference_status,
        judgements.partner_role,
        judgements.influence_manual,
        judgements.influence_author,
        judgements.influence_date,
        judgements.mqa_answer,
        judgements.mqa_answer_reason,
        judgements.mqa_answered_on,
        sign_offs.sales_signed_off,
        sign_offs.marketing_signed_off
    from accounts
    inner join roots on accounts.account_id = roots.id
    left join judgements on accounts.account_id = judgements.account_id
    left join sign_offs on accounts.account_id = sign_offs.account_id
    cross join policy
)

select * from placed
