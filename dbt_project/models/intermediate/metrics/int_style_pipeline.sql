with

months as (
    select month_start, counted_to from {{ ref('int_counted_months') }}
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

opportunities as (
    select
        opportunity_id, account_id, {{ money('amount') }} as amount,
        type = 'renewal' as is_renewal,
        is_won, is_closed, created_date, closed_date
    from {{ ref('int_opportunities') }}
),

first_sales as (
    select account_id, first_won_date from {{ ref('int_first_sales') }}
),

{# A deal counts for the style on the day it was created, on the last day of
   each month it is open in, and on the day it closed. #}
events as (
    select
        account_id, 'created' as event, created_date as event_date, amount,
        is_renewal, null as days_to_close
    from opportunities
    union all
    select
        account_id,
        case when is_won then 'won' else 'lost' end as event,
        closed_date as event_date,
        amount,
        is_renewal,
        case
            when created_date <= closed_date
                then {{ dbt.datediff('created_date', 'closed_date', 'day') }}
        end as days_to_close
    from opportunities
    where is_closed
    union all
    select
        opportunities.account_id, 'open' as event,
        months.counted_to as event_date, opportunities.amount,
        opportunities.is_renewal, null as days_to_close
    from opportunities
    inner join months
        on
            opportunities.created_date <= months.counted_to
            and (
                not opportunities.is_closed
                or opportunities.closed_date > months.counted_to
            )
),

{# Until the end of the day of its first sale an account is being acquired. #}
with_style as (
    select
        periods.style,
        months.month_start,
        events.event,
        events.amount,
        events.is_renewal,
        events.days_to_close,
        case
            when events.event_date > first_sales.first_won_date then 'customers'
            else 'acquisition'
        end as track
    from events
    inner join months
        on
            events.event_date >= months.month_start
            and events.event_date <= months.counted_to
    inner join periods
        on
            events.account_id = periods.account_id
            and events.event_date >= periods.first_day
            and events.event_date < periods.end_day
    left join first_sales on events.account_id = first_sales.account_id
),

with_all as (
    select * from with_style
    union all
    select
        style, month_start, event, amount, is_renewal, days_to_close,
        'all' as track
    from with_style
),

per_style as (
    select
        style,
        month_start,
        track,
        sum(case when event = 'created' then 1 else 0 end) as created,
        sum(case when event = 'won' then 1 else 0 end) as won,
        sum(case when event = 'lost' then 1 else 0 end) as lost,
        sum(case when event = 'open' then 1 else 0 end) as open_deals,
        sum(case when event = 'won' and is_renewal then 1 else 0 end)
            as renewals_won,
        sum(case when event = 'lost' and is_renewal then 1 else 0 end)
            as renewals_lost,
        {{ money("sum(case when event = 'won' then amount else 0 end)") }}
            as revenue_won,
        percentile_cont(0.5) within group (
            order by case when event = 'won' then amount end
        ) as median_deal_size,
        percentile_cont(0.5) within group (
            order by case when event = 'won' then days_to_close end
        ) as median_cycle_days
    from with_all
    group by style, month_start, track
)

select * from per_style
