with

accounts as (
    select account_id, potential_estimate from {{ ref('int_accounts') }}
),

peers as (
    select account_id, industry_key, employee_band
    from {{ ref('int_account_peers') }}
),

revenue as (
    select account_id, open_amount, won_amount_in_period
    from {{ ref('int_account_revenue') }}
),

peer_spend as (
    select industry_key, employee_band, median_spend
    from {{ ref('int_peer_spend') }}
),

with_sources as (
    select
        accounts.account_id,
        case
            when accounts.potential_estimate > 0
                then {{ money('accounts.potential_estimate') }}
        end as estimate,
        nullif(revenue.open_amount, 0) as open_amount,
        coalesce(
            alike.median_spend, same_industry.median_spend,
            same_size.median_spend
        ) as peer_spend,
        nullif(revenue.won_amount_in_period, 0) as won_amount
    from accounts
    left join revenue on accounts.account_id = revenue.account_id
    left join peers on accounts.account_id = peers.account_id
    left join peer_spend as alike
        on
            peers.industry_key = alike.industry_key
            and peers.employee_band = alike.employee_band
    left join peer_spend as same_industry
        on
            peers.industry_key = same_industry.industry_key
            and same_industry.employee_band is null
    left join peer_spend as same_size
        on
            peers.employee_band = same_size.employee_band
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
