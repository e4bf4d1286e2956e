{#
    Annual potential by the method most to be trusted, on the day `revenue` is of.

    is_past: today's estimate and the pipeline of then, whose amounts have been
    overwritten since, are left out; what was bought and what peers spent remain.
#}
{% macro account_potential(revenue, peer_spend, is_past=false) -%}
with

accounts as (
    select account_id, potential_estimate from {{ ref('int_accounts') }}
),

peers as (
    select account_id, industry_key, size_band
    from {{ ref('int_account_peers') }}
),

revenue as (
    select account_id, open_amount, won_amount_in_period
    from {{ revenue }}
),

peer_spend as (
    select industry_key, size_band, customers, median_spend
    from {{ peer_spend }}
),

with_sources as (
    select
        accounts.account_id,
        {% if is_past -%}
        cast(null as decimal(20, 2)) as estimate,
        cast(null as decimal(20, 2)) as open_amount,
        {%- else -%}
        case
            when accounts.potential_estimate > 0
                then {{ money('accounts.potential_estimate') }}
        end as estimate,
        nullif(revenue.open_amount, 0) as open_amount,
        {%- endif %}
        nullif(revenue.won_amount_in_period, 0) as won_amount,
        coalesce(
            alike.median_spend, same_industry.median_spend,
            same_size.median_spend
        ) as peer_spend,
        coalesce(
            alike.customers, same_industry.customers, same_size.customers
        ) as peers,
        case
            when alike.customers is not null then 'industry and size'
            when same_industry.customers is not null then 'industry'
            when same_size.customers is not null then 'size'
        end as peer_group
    from accounts
    left join revenue on accounts.account_id = revenue.account_id
    left join peers on accounts.account_id = peers.account_id
    left join peer_spend as alike
        on
            peers.industry_key = alike.industry_key
            and peers.size_band = alike.size_band
    left join peer_spend as same_industry
        on
            peers.industry_key = same_industry.industry_key
            and same_industry.size_band is null
    left join peer_spend as same_size
        on
            peers.size_band = same_size.size_band
            and same_size.industry_key is null
),

with_best_guess as (
    select
        *,
        case
            when open_amount > 0 then open_amount
            else peer_spend
        end as guess
    from with_sources
),

with_potential as (
    select
        account_id,
        peer_spend,
        peers,
        peer_group,
        {{ money(
            'coalesce(estimate, greatest(guess, won_amount), guess, won_amount)'
        ) }} as annual_potential,
        case
            when estimate > 0 then 'rep_estimate'
            when won_amount > coalesce(guess, 0) then 'won_revenue'
            when open_amount > 0 then 'open_pipeline'
            when peer_spend > 0 then 'peer_spend'
            else 'unknown'
        end as potential_method
    from with_best_guess
)

select * from with_potential
{%- endmacro %}
