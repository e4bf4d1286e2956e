with

accounts as (
    select * from {{ ref('int_accounts') }}
),

potential as (
    select account_id, annual_potential, potential_method
    from {{ ref('int_account_potential') }}
),

revenue as (
    select account_id, won_deals from {{ ref('int_account_revenue') }}
),

flags as (
    select account_id, is_too_big_to_lose from {{ ref('int_account_flags') }}
),

joined as (
    select
        accounts.account_id,
        accounts.account_name,
        accounts.domain,
        accounts.parent_account_id,
        accounts.ultimate_parent_id,
        accounts.industry,
        cast(accounts.employees as bigint) as employees,
        accounts.country,
        coalesce(revenue.won_deals > 0, false) as is_customer,
        accounts.owner_id,
        potential.annual_potential,
        potential.potential_method,
        {{ policy_text('currency') }} as currency_code,
        {{ money('accounts.annual_revenue') }} as annual_revenue,
        accounts.city,
        flags.is_too_big_to_lose,
        accounts.imperative,
        accounts.technologies,
        accounts.incumbent,
        accounts.reference_status,
        accounts.partner_role,
        accounts.sales_signed_off,
        accounts.marketing_signed_off
    from accounts
    inner join potential on accounts.account_id = potential.account_id
    inner join flags on accounts.account_id = flags.account_id
    left join revenue on accounts.account_id = revenue.account_id
)

select * from joined
