with

accounts as (
    select account_id, industry_key, employee_band
    from {{ ref('int_account_peers') }}
),

revenue as (
    select account_id, yearly_spend
    from {{ ref('int_account_revenue') }}
    where yearly_spend > 0
),

customers as (
    select
        accounts.industry_key,
        accounts.employee_band,
        revenue.yearly_spend
    from revenue
    inner join accounts on revenue.account_id = accounts.account_id
),

peer_groups as (
    select industry_key, employee_band, yearly_spend
    from customers
    where industry_key is not null and employee_band is not null
    union all
    select industry_key, null as employee_band, yearly_spend
    from customers
    where industry_key is not null
    union all
    select null as industry_key, employee_band, yearly_spend
    from customers
    where employee_band is not null
),

medians as (
    select
        industry_key,
        employee_band,
        count(*) as customers,
        {{ money(
            'percentile_cont(0.5) within group (order by yearly_spend)'
        ) }} as median_spend
    from peer_groups
    group by industry_key, employee_band
)

select * from medians
where customers >= {{ policy_number('revenue_potential.minimum_peers') }}
