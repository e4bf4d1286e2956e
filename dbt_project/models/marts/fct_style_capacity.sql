with

policy_styles as (
    select * from {{ ref('stg_ops__policy_styles') }}
),

seats as (
    select style, base_seats, lease_seats, overrides
    from {{ ref('int_style_seats') }}
),

edges as (
    select style, potential_from, potential_below
    from {{ ref('int_style_edges') }}
),

marketers as (
    select
        style,
        count(*) as marketers,
        sum(accounts) as marketer_accounts
    from {{ ref('stg_ops__policy_marketers') }}
    group by style
),

accounts as (
    select account_id, base_style, effective_style, lease_id, waitlist_style
    from {{ ref('int_account_styles') }}
),

counted as (
    select
        policy_styles.style,
        count(
            case
                when accounts.effective_style = policy_styles.style then 1
            end
        ) as used,
        count(
            case when accounts.base_style = policy_styles.style then 1 end
        ) as base_used,
        count(
            case
                when
                    accounts.effective_style = policy_styles.style
                    and accounts.lease_id is not null then 1
            end
        ) as leased,
        count(
            case when accounts.waitlist_style = policy_styles.style then 1 end
        ) as waitlisted,
        count(
            case when accounts.effective_style <> 'none' then 1 end
        ) as accounts,
        count(case
            when
                accounts.effective_style
                in ('one_to_many', 'targeted_demand_gen') then 1
        end) as targeted
    from policy_styles
    left join accounts on 1 = 1
    group by policy_styles.style
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

capacity as (
    select
        policy_styles.style,
        cast(policy_styles.seats as bigint) as seats,
        counted.used,
        counted.waitlisted,
        counted.leased,
        {{ money('counted.used * policy_styles.planned_spend') }}
            as planned_spend,
        {{ money('counted.used * policy_styles.spend_low') }} as band_low,
        {{ money('counted.used * policy_styles.spend_high') }} as band_high,
        build_context.as_of_date,
        policy_styles.is_enabled,
        edges.potential_from,
        edges.potential_below,
        cast(seats.base_seats as bigint) as base_seats,
        counted.base_used,
        cast(seats.lease_seats as bigint) as lease_seats,
        cast(seats.overrides as bigint) as overrides,
        coalesce(marketers.marketers, 0) as marketers,
        marketers.marketer_accounts,
        {{ ratio('counted.used', 'counted.accounts') }} as share_of_accounts,
        case
            when
                policy_styles.style = 'one_to_one'
                and counted.used
                >= {{ policy_number('portfolio.one_to_one_overload') }}
                then {{ dbt.concat([
                    "counted.used", "' accounts in '", "policy_styles.label",
                    "': the median company has '",
                    "cast(benchmarks.benchmark as integer)",
                    "', where each gets bespoke work'",
                ]) }}
            when
                policy_styles.style = 'targeted_demand_gen'
                and {{ ratio('counted.targeted', 'counted.accounts') }}
                < {{ policy_number('portfolio.minimum_targeted_share') }}
                then {{ dbt.concat([
                    "'Only '",
                    percent(ratio('counted.targeted', 'counted.accounts')),
                    "' of accounts are in one-to-many and targeted styles; '",
                    percent(policy_number('portfolio.minimum_targeted_share')),
                    "' or more is sound'",
                ]) }}
        end as warning
    from policy_styles
    inner join counted on policy_styles.style = counted.style
    inner join seats on policy_styles.style = seats.style
    inner join edges on policy_styles.style = edges.style
    cross join build_context
    left join marketers on policy_styles.style = marketers.style
    left join {{ ref('benchmarks') }} as benchmarks
        on
            policy_styles.style = benchmarks.style
            and benchmarks.metric = 'accounts'
)

select * from capacity
