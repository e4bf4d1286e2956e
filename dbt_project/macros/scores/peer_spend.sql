{# What customers of a kind spend a year: their median, where there are enough of them. `revenue` is of account_revenue. #}
{% macro peer_spend(revenue) -%}
with

accounts as (
    select account_id, industry_key, size_band
    from {{ ref('int_account_peers') }}
),

revenue as (
    select account_id, yearly_spend
    from {{ revenue }}
    where yearly_spend > 0
),

customers as (
    select
        accounts.industry_key,
        accounts.size_band,
        revenue.yearly_spend
    from revenue
    inner join accounts on revenue.account_id = accounts.account_id
),

peer_groups as (
    select industry_key, size_band, yearly_spend
    from customers
    where industry_key is not null and size_band is not null
    union all
    select industry_key, null as size_band, yearly_spend
    from customers
    where industry_key is not null
    union all
    select null as industry_key, size_band, yearly_spend
    from customers
    where size_band is not null
),

medians as (
    select
        industry_key,
        size_band,
        count(*) as customers,
        {{ money(
            'percentile_cont(0.5) within group (order by yearly_spend)'
        ) }} as median_spend
    from peer_groups
    group by industry_key, size_band
)

select * from medians
where customers >= {{ policy_number('revenue_potential.minimum_peers') }}
{%- endmacro %}
