{#
    What each account bought and has open on the day in `dates`.

    is_past: the day is long past. Deals closed since were open then, those
    without a creation date cannot be placed, and amounts have been overwritten
    (lost deals often carry 0), so that no reader may use `open_amount`.
#}
{% macro account_revenue(dates, is_past=false) -%}
with

opportunities as (
    select
        account_id,
        {{ money('amount') }} as amount,
        type = 'renewal' as is_renewal,
        is_won,
        is_closed,
        created_date,
        closed_date
    from {{ ref('int_opportunities') }}
    where account_id is not null
),

as_of as (
    select as_of_date from {{ dates }}
),

period as (
    select {{ policy_number('revenue_potential.period_days') }} as days
),

dated as (
    select
        opportunities.*,
        as_of.as_of_date,
        opportunities.closed_date <= as_of.as_of_date as is_over,
        {% if is_past -%}
        opportunities.created_date <= as_of.as_of_date
        and (
            not opportunities.is_closed
            or opportunities.closed_date > as_of.as_of_date
        ) as is_open
        {%- else -%}
        coalesce(opportunities.created_date, as_of.as_of_date)
        <= as_of.as_of_date
        and not opportunities.is_closed as is_open
        {%- endif %}
    from opportunities
    cross join as_of
),

deals as (
    select
        *,
        is_won and is_over as is_sale,
        is_closed and not is_won and is_over as is_loss,
        max(case when is_won and is_over then closed_date end) over (
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
        sum(case when is_sale and is_renewal then 1 else 0 end)
            as renewals_won,
        sum(case when is_loss and is_renewal then 1 else 0 end)
            as renewals_lost,
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
{%- endmacro %}
