{# An answer given after the qualification has ended is counted as long as the
   CRM still has it; one given to a later qualification is that one's. #}
with

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

rules as (
    select rule, label from {{ ref('int_mqa_rules') }}
),

accounts as (
    select account_id, mqa_answer, mqa_answered_on
    from {{ ref('int_accounts') }}
    where mqa_answer is not null
),

fired as (
    select account_id, rule, qualified_on, sales_answer
    from {{ ref('int_past_qualifications') }}
    union all
    select account_id, rule, qualified_on, sales_answer
    from {{ ref('int_qualifications') }}
),

{# The ledger's answer and tonight's, of which a rejection is the last word. #}
qualifications as (
    select
        account_id,
        rule,
        qualified_on,
        max(sales_answer) as sales_answer
    from fired
    group by account_id, rule, qualified_on
),

with_next as (
    select
        qualifications.*,
        lead(qualifications.qualified_on) over (
            partition by qualifications.account_id, qualifications.rule
            order by qualifications.qualified_on
        ) as next_qualified_on
    from qualifications
),

answered as (
    select
        with_next.rule,
        coalesce(
            with_next.sales_answer,
            case
                when
                    accounts.mqa_answered_on >= with_next.qualified_on
                    and accounts.mqa_answered_on <= build_context.as_of_date
                    and (
                        accounts.mqa_answered_on < with_next.next_qualified_on
                        or with_next.next_qualified_on is null
                    )
                    then accounts.mqa_answer
            end
        ) as sales_answer
    from with_next
    cross join build_context
    left join accounts on with_next.account_id = accounts.account_id
),

counted as (
    select
        rule,
        count(*) as fired,
        sum(case when sales_answer = 'accepted' then 1 else 0 end) as accepted,
        sum(case when sales_answer = 'rejected' then 1 else 0 end) as rejected
    from answered
    group by rule
),

names as (
    select rule from rules
    union distinct
    select rule from counted
),

measured as (
    select
        names.rule,
        coalesce(rules.label, names.rule) as label,
        coalesce(counted.fired, 0) as fired,
        coalesce(counted.accepted, 0) as accepted,
        coalesce(counted.rejected, 0) as rejected,
        coalesce(counted.fired - counted.accepted - counted.rejected, 0)
            as unanswered,
        cast({{ ratio(
            'counted.accepted', '(counted.accepted + counted.rejected)'
        ) }} as decimal(5, 4)) as precision
    from names
    left join rules on names.rule = rules.rule
    left join counted on names.rule = counted.rule
)

select * from measured
