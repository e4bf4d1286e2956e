with

candidates as (
    select account_id, exclusion, is_customer
    from {{ ref('int_style_candidates') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

working as (
    select distinct opportunities.account_id
    from {{ ref('int_opportunities') }} as opportunities
    cross join build_context
    where
        not opportunities.is_closed
        and coalesce(
            opportunities.created_date, build_context.as_of_date
        ) <= build_context.as_of_date
),

judged as (
    select
        candidates.account_id,
        case
            when candidates.exclusion is not null then 'suppressed'
            when
                candidates.is_customer
                and {{ policy_switch('mqa.exclude_customers') }}
                then 'customer'
            when
                working.account_id is not null
                and {{ policy_switch('mqa.exclude_open_opportunities') }}
                then 'open_opportunity'
        end as reason
    from candidates
    left join working on candidates.account_id = working.account_id
),

excluded as (
    select account_id, reason
    from judged
    where reason is not null
)

select * from excluded
