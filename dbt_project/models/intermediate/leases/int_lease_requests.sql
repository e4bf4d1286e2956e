{# New leases that are asked for: by members of a programme (queue 3), then by
   accounts that qualified (queue 4). A programme comes first, since a person
   planned it and its seats are bounded; the other way round, a lively market
   would never leave it any. #}
with

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

lease_days as (
    select cast({{ policy_number('leases.days') }} as integer) as days
),

eligibility as (
    select * from {{ ref('int_lease_eligibility') }}
    where obstacle is null
),

styles as (
    select style, style_rank from {{ ref('stg_ops__policy_styles') }}
),

continuing as (
    select account_id from {{ ref('int_continuing_leases') }}
),

members as (
    select account_id, programme, priority, ends_on
    from {{ ref('int_programme_members') }}
),

{# One lease for a qualification: who had one the night before has to fire
   again first. #}
served as (
    select distinct account_id from {{ ref('int_past_leases') }}
    where is_open and not is_programme
),

qualified as (
    select
        account_id,
        rule,
        trigger_priority,
        row_number() over (
            partition by account_id order by trigger_priority, rule
        ) as place
    from {{ ref('int_qualified_accounts') }}
    where is_met
),

requests as (
    select
        members.account_id,
        'one_to_few' as style,
        {{ dbt.concat(["'programme:'", 'members.programme']) }} as trigger,
        members.priority,
        members.ends_on,
        3 as queue
    from members
    union all
    select
        qualified.account_id,
        eligibility.lease_style as style,
        qualified.rule as trigger,
        qualified.trigger_priority as priority,
        cast({{ dbt.dateadd(
            'day', 'lease_days.days', 'build_context.as_of_date'
        ) }} as date) as ends_on,
        4 as queue
    from qualified
    cross join build_context
    cross join lease_days
    inner join eligibility on qualified.account_id = eligibility.account_id
    left join served on qualified.account_id = served.account_id
    where qualified.place = 1 and served.account_id is null
),

dated as (
    select
        {{ dbt.concat([
            'requests.account_id', "'|'", 'requests.trigger', "'|'",
            'cast(build_context.as_of_date as ' ~ dbt.type_string() ~ ')',
        ]) }} as lease_id,
        requests.account_id,
        requests.style,
        requests.trigger,
        build_context.as_of_date as starts_on,
        requests.ends_on,
        0 as renewals,
        requests.queue,
        requests.priority,
        eligibility.account_score
    from requests
    cross join build_context
    inner join eligibility on requests.account_id = eligibility.account_id
    inner join styles
        on
            requests.style = styles.style
            and eligibility.base_rank > styles.style_rank
    left join continuing on requests.account_id = continuing.account_id
    where continuing.account_id is null
)

select * from dated
