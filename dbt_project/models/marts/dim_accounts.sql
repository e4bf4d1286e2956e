with

accounts as (
    select * from {{ ref('int_accounts') }}
),

potential as (
    select account_id, annual_potential, potential_method
    from {{ ref('int_account_potential') }}
),

revenue as (
    select
        account_id,
        won_deals,
        won_amount_in_period,
        sum(won_amount_in_period) over () as revenue_of_all
    from {{ ref('int_account_revenue') }}
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
        coalesce(
            revenue.won_amount_in_period > 0
            and revenue.won_amount_in_period >= revenue.revenue_of_all
            * {{ policy_number('portfolio.too_big_to_lose_share') }},
            false
        ) as is_too_big_to_lose,
        accounts.imperative,
        accounts.technologies,
        accounts.incumbent,
        accounts.reference_status,
        accounts.partner_role,
        accounts.sales_signed_off,
        accounts.marketing_signed_off
    from accounts
    inner join potential on accounts.account_id = potential.account_id
    left join revenue on accounts.account_id = revenue.account_id
)

select * from joined
