{# Value by heterogeneity of needs, and customers too big to lose. #}
with

accounts as (
    select account_id, imperative from {{ ref('int_accounts') }}
),

potential as (
    select account_id, annual_potential from {{ ref('int_account_potential') }}
),

revenue as (
    select
        account_id,
        won_amount_in_period,
        sum(won_amount_in_period) over () as revenue_of_all
    from {{ ref('int_account_revenue') }}
),

needs_named as (
    select
        account_id,
        {{ dbt.concat(["'product:'", 'lower(product)']) }} as need
    from {{ ref('int_opportunities') }}
    where account_id is not null and product is not null
    union all
    select
        account_id,
        {{ dbt.concat(["'imperative:'", 'imperative']) }} as need
    from accounts
    where imperative is not null
),

needs as (
    select
        account_id,
        count(distinct need) as needs
    from needs_named
    group by account_id
),

policy as (
    select
        {{ exact_policy_number('scale_factor') }}
        * {{ exact_policy_number('portfolio.high_value_from') }}
            as high_value_from,
        {{ policy_number('portfolio.heterogeneous_from') }}
            as heterogeneous_from,
        {{ exact_policy_number('portfolio.too_big_to_lose_share') }}
            as too_big_to_lose_share
),

flagged as (
    select
        accounts.account_id,
        coalesce(needs.needs, 0) as needs,
        case
            when potential.annual_potential is null then 'unknown_value'
            when potential.annual_potential >= policy.high_value_from
                then 'high_value'
            else 'low_value'
        end as value_side,
        case
            when coalesce(needs.needs, 0) >= policy.heterogeneous_from
                then 'heterogeneous'
            else 'homogeneous'
        end as needs_side,
        coalesce(
            revenue.won_amount_in_period > 0
            and revenue.won_amount_in_period
            >= revenue.revenue_of_all * policy.too_big_to_lose_share,
            false
        ) as is_too_big_to_lose
    from accounts
    cross join policy
    inner join potential on accounts.account_id = potential.account_id
    left join revenue on accounts.account_id = revenue.account_id
    left join needs on accounts.account_id = needs.account_id
)

select
    account_id,
    cast(needs as integer) as needs,
    {{ dbt.concat(['value_side', "'_'", 'needs_side']) }} as quadrant,
    is_too_big_to_lose
from flagged
