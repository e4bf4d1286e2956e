{# Leases of the night before that may go on, first those that run (queue 1),
   then those that are renewed (queue 2). A programme's end is the policy's,
   also where it was moved meanwhile. #}
with

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

eligibility as (
    select account_id, base_rank, obstacle
    from {{ ref('int_lease_eligibility') }}
),

styles as (
    select style, style_rank from {{ ref('stg_ops__policy_styles') }}
),

past as (
    select * from {{ ref('int_past_leases') }}
    where is_open
),

programmes as (
    select
        {{ dbt.concat(["'programme:'", 'programme']) }} as trigger,
        ends_on
    from {{ ref('stg_ops__policy_programmes') }}
),

answers as (
    select
        account_id,
        max(case when sales_answer = 'rejected' then 1 else 0 end) = 1
            as is_rejected,
        max(case when is_met then 1 else 0 end) = 1 as is_met
    from {{ ref('int_qualifications') }}
    group by account_id
),

qualified_leases as (
    select
        past.lease_id,
        past.account_id,
        past.style,
        past.trigger,
        past.starts_on,
        past.ends_on,
        past.renewals,
        1 as queue
    from past
    left join answers on past.account_id = answers.account_id
    where
        past.state = 'running'
        and not past.is_programme
        and not coalesce(answers.is_rejected, false)
    union all
    select
        past.lease_id,
        past.account_id,
        past.style,
        past.trigger,
        past.starts_on,
        past.renewed_until as ends_on,
        past.renewals + 1 as renewals,
        2 as queue
    from past
    inner join answers on past.account_id = answers.account_id
    where
        past.state = 'renewable' and answers.is_met and not answers.is_rejected
),

programme_leases as (
    select
        past.lease_id,
        past.account_id,
        past.style,
        past.trigger,
        past.starts_on,
        programmes.ends_on,
        past.renewals,
        1 as queue
    from past
    inner join programmes on past.trigger = programmes.trigger
    inner join build_context
        on programmes.ends_on > build_context.as_of_date
),

continuing as (
    select * from qualified_leases
    union all
    select * from programme_leases
),

eligible as (
    select continuing.*
    from continuing
    inner join eligibility on continuing.account_id = eligibility.account_id
    inner join styles on continuing.style = styles.style
    where
        eligibility.obstacle is null
        and styles.style_rank < eligibility.base_rank
)

select * from eligible
