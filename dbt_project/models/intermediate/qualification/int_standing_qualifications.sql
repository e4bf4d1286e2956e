{# A lease uses its qualification up, and a running one keeps it open, so that
   sales can still answer when the activity has faded. #}
with

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

past as (
    select
        account_id,
        rule,
        qualified_on,
        minutes,
        people,
        sales_answer,
        sales_reason
    from {{ ref('int_past_qualifications') }}
    where ended_on is null
),

accounts as (
    select account_id, mqa_answer, mqa_answer_reason, mqa_answered_on
    from {{ ref('int_accounts') }}
),

met as (
    select account_id, rule, minutes, people from {{ ref('int_mqa_met') }}
),

suppressed as (
    select account_id from {{ ref('int_mqa_exclusions') }}
    where reason = 'suppressed'
),

leases as (
    select
        account_id,
        max(case when state = 'over' then over_on end) as last_over_on,
        max(case when state = 'running' then 1 else 0 end) = 1 as has_running
    from {{ ref('int_past_leases') }}
    where not is_programme
    group by account_id
),

{# An answer without a day, or given before, is not to this qualification. #}
answered as (
    select
        past.*,
        accounts.mqa_answer,
        accounts.mqa_answer_reason,
        coalesce(
            accounts.mqa_answer is not null
            and accounts.mqa_answered_on >= past.qualified_on
            and accounts.mqa_answered_on <= build_context.as_of_date,
            false
        ) as is_answered
    from past
    inner join accounts on past.account_id = accounts.account_id
    cross join build_context
),

standing as (
    select
        answered.account_id,
        answered.rule,
        answered.qualified_on,
        met.account_id is not null as is_met,
        coalesce(met.minutes, answered.minutes) as minutes,
        coalesce(met.people, answered.people) as people,
        case
            when answered.is_answered then answered.mqa_answer
            else answered.sales_answer
        end as sales_answer,
        case
            when answered.is_answered then answered.mqa_answer_reason
            else answered.sales_reason
        end as sales_reason
    from answered
    left join met
        on
            answered.account_id = met.account_id
            and answered.rule = met.rule
    left join leases on answered.account_id = leases.account_id
    left join suppressed on answered.account_id = suppressed.account_id
    where
        suppressed.account_id is null
        and (met.account_id is not null or leases.has_running)
        and answered.qualified_on > coalesce(
            leases.last_over_on, cast('0001-01-01' as date)
        )
)

select * from standing
