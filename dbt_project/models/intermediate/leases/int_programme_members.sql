with

accounts as (
    select * from {{ ref('int_accounts') }}
),

regions as (
    select country, region from {{ ref('regions') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

programmes as (
    select programmes.*
    from {{ ref('stg_ops__policy_programmes') }} as programmes
    inner join build_context
        on
            programmes.starts_on <= build_context.as_of_date
            and programmes.ends_on > build_context.as_of_date
),

rules as (
    select
        rules.programme,
        rules.attribute,
        {{ matching_text('rules.value_text') }} as value_text,
        rules.value_from,
        rules.value_below
    from {{ ref('stg_ops__policy_programme_rules') }} as rules
    inner join programmes on rules.programme = programmes.programme
),

{# Several texts of one attribute are alternatives, everything else adds up. #}
needed as (
    select
        programme,
        count(distinct case when value_text is not null then attribute end)
        + sum(case when value_text is null then 1 else 0 end) as conditions
    from rules
    group by programme
),

{{ accounts_by_rule() }}

matched as (
    select
        account_id,
        programme,
        count(distinct case when value_text is not null then attribute end)
        + sum(case when value_text is null then 1 else 0 end) as conditions
    from matches
    group by account_id, programme
),

ranked as (
    select
        matched.account_id,
        programmes.*,
        row_number() over (
            partition by matched.account_id order by programmes.priority
        ) as place
    from matched
    inner join needed
        on
            matched.programme = needed.programme
            and matched.conditions = needed.conditions
    inner join programmes on matched.programme = programmes.programme
),

members as (
    select account_id, programme, label, priority, starts_on, ends_on, seats
    from ranked
    where place = 1
)

select * from members
