with

styles as (
    select * from {{ ref('int_style_economics') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

budget as (
    select
        {{ policy_number('marketing_budget.annual') }} as annual,
        benchmark,
        source
    from {{ ref('benchmarks') }}
    where metric = 'marketing_budget_share'
),

company as (
    select
        'all' as style,
        cast(null as decimal(20, 2)) as band_low,
        cast(null as decimal(20, 2)) as band_high,
        cast(null as decimal(20, 2)) as planned_spend_per_account,
        sum(accounts) as accounts,
        sum(annual_potential) as annual_potential,
        sum(planned_spend) as planned_spend,
        max(months_recorded) as months_recorded,
        sum(actual_spend) as actual_spend,
        cast(null as decimal(20, 2)) as actual_spend_per_account,
        sum(accounts_below_band) as accounts_below_band,
        sum(accounts_above_band) as accounts_above_band,
        sum(accounts_above_potential) as accounts_above_potential
    from styles
),

rows_of_both as (
    select
        style, band_low, band_high, planned_spend_per_account, accounts,
        annual_potential, planned_spend, months_recorded, actual_spend,
        actual_spend_per_account, accounts_below_band, accounts_above_band,
        accounts_above_potential
    from styles
    union all
    select * from company
),

with_shares as (
    select
        rows_of_both.*,
        build_context.as_of_date,
        budget.benchmark,
        budget.source,
        {{ ratio('rows_of_both.planned_spend', 'budget.annual') }}
            as planned_budget_share,
        {{ ratio('rows_of_both.actual_spend', 'budget.annual') }}
            as actual_budget_share
    from rows_of_both
    cross join build_context
    cross join budget
),

worded as (
    select
        style,
        as_of_date,
        cast(accounts as bigint) as accounts,
        {{ money('planned_spend') }} as planned_spend,
        {{ money('actual_spend') }} as actual_spend,
        months_recorded,
        {{ money('planned_spend_per_account') }} as planned_spend_per_account,
        {{ money('actual_spend_per_account') }} as actual_spend_per_account,
        {{ money('band_low') }} as band_low,
        {{ money('band_high') }} as band_high,
        cast(accounts_below_band as bigint) as accounts_below_band,
        cast(accounts_above_band as bigint) as accounts_above_band,
        cast(accounts_above_potential as bigint)
            as accounts_above_potential,
        {{ money('annual_potential') }} as annual_potential,
        {{ ratio('planned_spend', 'annual_potential') }}
            as planned_share_of_potential,
        planned_budget_share,
        actual_budget_share,
        case when style = 'all' then cast(benchmark as decimal(20, 6)) end
            as benchmark,
        case when style = 'all' then source end as benchmark_source,
        {{ spend_verdict() }} as verdict
    from with_shares
)

select * from worded
