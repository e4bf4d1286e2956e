with

period as (
    select as_of_date, won_until from {{ ref('int_backtest_period') }}
),

opportunities as (
    select account_id, {{ money('amount') }} as amount, closed_date
    from {{ ref('int_opportunities') }}
    where is_won
),

first_seen as (
    select
        account_records.account_id,
        min(cast({{ at_utc('records.created_at') }} as date)) as created_date
    from {{ ref('int_account_records') }} as account_records
    inner join {{ ref('int_accounts_unioned') }} as records
        on account_records.record_key = records.record_key
    group by account_records.account_id
),

past_revenue as (
    {{ account_revenue('period', is_past=true) }}
),

past_peer_spend as (
    {{ peer_spend('past_revenue') }}
),

past_potential as (
    {{ account_potential('past_revenue', 'past_peer_spend', is_past=true) }}
),

past_revenue_potential as (
    {{ revenue_potential_scores('past_potential') }}
),

past_influence as (
    {{ influence_scores('past_revenue', 'period', is_past=true) }}
),

past_engagement as (
    {{ engagement_scores('period') }}
),

past_cltv as (
    {{ cltv_scores('past_potential', 'past_revenue', 'period') }}
),

past_factors as (
    {{ account_factors({
        'revenue_potential': 'past_revenue_potential',
        'strategic_fit': ref('int_strategic_fit_scores'),
        'influence': 'past_influence',
        'engagement': 'past_engagement',
        'cltv': 'past_cltv',
    }) }}
),

scores as (
    select
        account_id,
        {% for factor in score_factors() -%}
        max(case when factor = '{{ factor }}' then score end)
            as {{ factor }}_score,
        {% endfor -%}
        {{ points('sum(score * weight) / nullif(sum(weight), 0)') }}
            as account_score
    from past_factors
    group by account_id
),

won_since as (
    select
        opportunities.account_id,
        count(*) as won_deals,
        sum(opportunities.amount) as won_amount
    from opportunities
    inner join period
        on
            opportunities.closed_date > period.as_of_date
            and opportunities.closed_date <= period.won_until
    group by opportunities.account_id
),

{# An account made since could not have been scored. A CRM that was moved dates
   every record anew, so that a deal of then proves an account as well. #}
known_then as (
    select
        scores.*,
        coalesce(past_revenue.won_deals > 0, false) as was_customer,
        coalesce(won_since.won_deals, 0) as won_deals,
        {{ money('coalesce(won_since.won_amount, 0)') }} as won_amount
    from scores
    cross join period
    left join first_seen on scores.account_id = first_seen.account_id
    left join past_revenue on scores.account_id = past_revenue.account_id
    left join won_since on scores.account_id = won_since.account_id
    where
        first_seen.created_date is null
        or first_seen.created_date <= period.as_of_date
        or past_revenue.won_deals > 0
        or past_revenue.open_deals > 0
)

select * from known_then
