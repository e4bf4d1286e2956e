with

context as (
    select
        as_of_date,
        {{ policy_number('mqa.cool_down_days') }} as cool_down_days
    from {{ ref('stg_ops__build_context') }}
),

met as (
    select account_id, rule, minutes, people from {{ ref('int_mqa_met') }}
),

rules as (
    select
        rule,
        label,
        trigger_priority,
        max(trigger_priority) over () as last_priority
    from {{ ref('int_mqa_rules') }}
),

past as (
    select account_id, rule, ended_on
    from {{ ref('int_past_qualifications') }}
),

standing as (
    select * from {{ ref('int_standing_qualifications') }}
),

{# What ends today counts as well: no other rule fires in its place. #}
ends as (
    select
        past.account_id,
        max(
            case
                when past.ended_on is not null then past.ended_on
                when
                    standing.account_id is null
                    or standing.sales_answer = 'rejected'
                    then context.as_of_date
            end
        ) as last_ended_on
    from past
    cross join context
    left join standing
        on past.account_id = standing.account_id and past.rule = standing.rule
    group by past.account_id
),

fired as (
    select
        met.account_id,
        met.rule,
        context.as_of_date as qualified_on,
        true as is_met,
        met.minutes,
        met.people,
        cast(null as {{ dbt.type_string() }}) as sales_answer,
        cast(null as {{ dbt.type_string() }}) as sales_reason
    from met
    cross join context
    left join standing
        on met.account_id = standing.account_id and met.rule = standing.rule
    left join ends on met.account_id = ends.account_id
    where
        standing.account_id is null
        and (
            ends.last_ended_on is null
            or {{ dbt.datediff(
                'ends.last_ended_on', 'context.as_of_date', 'day'
            ) }} >= context.cool_down_days
        )
),

qualifications as (
    select * from standing
    union all
    select * from fired
),

labelled as (
    select
        qualifications.account_id,
        qualifications.rule,
        coalesce(rules.label, qualifications.rule) as label,
        coalesce(rules.trigger_priority, lowest.trigger_priority)
            as trigger_priority,
        qualifications.qualified_on,
        qualifications.is_met,
        qualifications.minutes,
        qualifications.people,
        qualifications.sales_answer,
        qualifications.sales_reason
    from qualifications
    left join rules on qualifications.rule = rules.rule
    {# A rule the policy no longer has comes last. #}
    left join rules as lowest on lowest.trigger_priority = lowest.last_priority
)

select * from labelled
