{# What customer marketing works with, and what it has brought. #}
with

accounts as (
    select account_id from {{ ref('int_accounts') }}
),

revenue as (
    select account_id, won_deals from {{ ref('int_account_revenue') }}
),

growth as (
    select * from {{ ref('int_account_growth') }}
),

reference_customers as (
    select account_id from {{ ref('int_reference_customers') }}
),

summed as (
    select
        count(*) as accounts,
        sum(case when revenue.won_deals > 0 then 1 else 0 end) as customers,
        count(reference_customers.account_id) as reference_customers,
        coalesce(sum(growth.renewals_won), 0) as renewals_won,
        coalesce(sum(growth.renewals_won + growth.renewals_lost), 0)
            as renewals_due,
        {{ ratio('sum(growth.expansion_revenue)', 'sum(growth.revenue)') }}
            as expansion_share
    from accounts
    left join revenue on accounts.account_id = revenue.account_id
    left join growth on accounts.account_id = growth.account_id
    left join reference_customers
        on accounts.account_id = reference_customers.account_id
)

select * from summed
