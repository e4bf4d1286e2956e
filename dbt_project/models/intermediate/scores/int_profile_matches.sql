with

accounts as (
    select * from {{ ref('int_accounts') }}
),

regions as (
    select country, region from {{ ref('regions') }}
),

rules as (
    select
        profile,
        attribute,
        {{ matching_text('value_text') }} as value_text,
        value_from,
        value_below,
        cast(points as decimal(9, 2)) as points
    from {{ ref('stg_ops__policy_profiles') }}
),

{{ accounts_by_rule() }}

best_rules as (
    select account_id, profile, attribute, max(points) as points
    from matches
    where points > 0
    group by account_id, profile, attribute
)

select * from best_rules
