{# What each style costs in a year, planned and spent, beside its band and what
   its accounts could bring. #}
with

styles as (
    select style, spend_low, spend_high, planned_spend
    from {{ ref('stg_ops__policy_styles') }}
),

accounts as (
    select account_id, effective_style from {{ ref('int_account_styles') }}
),

potential as (
    select account_id, annual_potential from {{ ref('int_account_potential') }}
),

yearly as (
    select account_id, style, yearly_spend
    from {{ ref('int_account_yearly_spend') }}
),

months as (
    select metrics.style, metrics.spend, metrics.accounts
    from {{ ref('int_style_month_metrics') }} as metrics
    inner join {{ ref('int_spend_year') }} as year
        on metrics.month = year.month_start
),

today as (
    select
        accounts.effective_style as style,
        count(*) as accounts,
        {{ money('sum(potential.annual_potential)') }} as annual_potential
    from accounts
    left join potential on accounts.account_id = potential.account_id
    group by accounts.effective_style
),

spent as (
    select
        style,
        count(*) as months,
        sum(accounts) as account_months,
        {{ money('sum(coalesce(spend, 0))') }} as spend
    from months
    group by style
),

against_band as (
    select
        yearly.style,
        sum(case when yearly.yearly_spend < styles.spend_low then 1 else 0 end)
            as accounts_below_band,
        sum(
            case when yearly.yearly_spend > styles.spend_high then 1 else 0 end
        ) as accounts_above_band,
        sum(
            case
                when yearly.yearly_spend > potential.annual_potential then 1
                else 0
            end
        ) as accounts_above_potential
    from yearly
    inner join styles on yearly.style = styles.style
    left join potential on yearly.account_id = potential.account_id
    group by yearly.style
),

per_style as (
    select
        styles.style,
        styles.spend_low as band_low,
        styles.spend_high as band_high,
        styles.planned_spend as planned_spend_per_account,
        coalesce(today.accounts, 0) as accounts,
        today.annual_potential,
        {{ money('coalesce(today.accounts, 0) * styles.planned_spend') }}
            as planned_spend,
        coalesce(spent.months, 0) as months_recorded,
        {{ money('spent.spend * 12 / nullif(spent.months, 0)') }}
            as actual_spend,
        {{ ratio('spent.spend * 12', 'spent.account_months') }}
            as actual_spend_per_account,
        against_band.accounts_below_band,
        against_band.accounts_above_band,
        against_band.accounts_above_potential
    from styles
    left join today on styles.style = today.style
    left join spent on styles.style = spent.style
    left join against_band on styles.style = against_band.style
)

select * from per_style
