with

past_scores as (
    select * from {{ ref('int_past_scores') }}
),

{# One row per score: what is ranked are values, of which there are few. #}
scored as (
    {% for score in ['account'] + score_factors() -%}
    select
        '{{ score }}' as score,
        was_customer,
        {{ score }}_score as points,
        count(*) as accounts,
        sum(case when won_deals > 0 then 1 else 0 end) as winners,
        sum(won_amount) as won_amount
    from past_scores
    group by was_customer, {{ score }}_score
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

grouped as (
    select
        score,
        'all' as account_group,
        points,
        accounts,
        winners,
        won_amount
    from scored
    union all
    select
        score,
        case when was_customer then 'customer' else 'prospect' end
            as account_group,
        points,
        accounts,
        winners,
        won_amount
    from scored
),

by_points as (
    select
        score,
        account_group,
        points,
        sum(accounts) as accounts,
        sum(winners) as winners,
        sum(won_amount) as won_amount
    from grouped
    group by score, account_group, points
),

unscored as (
    select score, account_group, accounts as unscored_accounts
    from by_points
    where points is null
),

ranked as (
    select
        *,
        sum(accounts) over (
            partition by score, account_group order by points
        ) - accounts as accounts_below,
        sum(accounts - winners) over (
            partition by score, account_group order by points
        ) - (accounts - winners) as losers_below,
        sum(accounts) over (partition by score, account_group)
            as all_accounts
    from by_points
    where points is not null
),

{# Equal scores stay together, in the decile their middle falls into. #}
placed as (
    select
        *,
        cast(floor(
            10 * (all_accounts - accounts_below - accounts / 2.0) / all_accounts
        ) as integer) + 1 as decile
    from ranked
),

totals as (
    select
        score,
        account_group,
        sum(accounts) as all_accounts,
        sum(winners) as all_winners,
        sum(won_amount) as all_amount,
        {{ ratio(
            'sum(winners * (2 * losers_below + accounts - winners))',
            '2 * sum(winners) * sum(accounts - winners)'
        ) }} as auc,
        {{ ratio(
            'sum(won_amount * (accounts_below + accounts / 2.0)'
            ~ ' / all_accounts)',
            'sum(won_amount)'
        ) }} as amount_auc
    from placed
    group by score, account_group
),

deciles as (
    select
        score,
        account_group,
        decile,
        sum(accounts) as accounts,
        sum(winners) as winners,
        sum(won_amount) as won_amount
    from placed
    group by score, account_group, decile
),

with_lift as (
    select
        deciles.*,
        totals.auc,
        totals.amount_auc,
        coalesce(unscored.unscored_accounts, 0) as unscored_accounts,
        {{ ratio(
            'deciles.winners * totals.all_accounts',
            'deciles.accounts * totals.all_winners'
        ) }} as lift,
        {{ ratio(
            'deciles.won_amount / nullif(totals.all_amount, 0)'
            ~ ' * totals.all_accounts', 'deciles.accounts'
        ) }} as amount_lift
    from deciles
    inner join totals
        on
            deciles.score = totals.score
            and deciles.account_group = totals.account_group
    left join unscored
        on
            deciles.score = unscored.score
            and deciles.account_group = unscored.account_group
)

select * from with_lift
