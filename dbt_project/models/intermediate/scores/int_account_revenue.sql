with

opportunities as (
    select
        account_id,
        {{ money('amount') }} as amount,
        is_won,
        is_closed,
        created_date,
        closed_date
    from {{ ref('int_opportunities') }}
    where account_id is not null
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

period as (
    select {{ policy_number('revenue_potential.period_days') }} as days
),

dated as (
    select
        opportunities.*,
        build_context.as_of_date,
        coalesce(opportunities.created_date, build_context.as_of_date)
            as opened_date,
        opportunities.is_won
        and opportunities.closed_date <= build_context.as_of_date as is_sale
    from opportunities
    cross join build_context
),

deals as (
    select
        *,
        not is_closed and opened_date <= as_of_date as is_open,
        max(case when is_sale then closed_date end) over (
            partition by account_id
        ) as last_won_date
    from dated
),

with_age as (
    select
        deals.*,
        {{ dbt.datediff('deals.closed_date', 'deals.as_of_date', 'day') }}
        < period.days as is_in_period,
        {{ dbt.datediff('deals.closed_date', 'deals.last_won_date', 'day') }}
        < period.days as is_in_best_known_period
    from deals
    cross join period
),

summed as (
    select
        account_id,
        sum(case when is_sale then 1 else 0 end) as won_deals,
        sum(case when is_open then 1 else 0 end) as open_deals,
        {{ money('sum(case when is_sale then amount else 0 end)') }}
            as won_amount,
        {{ money(
            'sum(case when is_sale and is_in_period then amount else 0 end)'
        ) }} as won_amount_in_period,
        {{ money(
            'sum(case when is_sale and is_in_best_known_period then amount'
            ~ ' else 0 end)'
        ) }} as yearly_spend,
        {{ money('sum(case when is_open then amount else 0 end)') }}
            as open_amount,
        min(case when is_sale then closed_date end) as first_won_date,
        max(last_won_date) as last_won_date
    from with_age
    group by account_id
)

select * from summed
