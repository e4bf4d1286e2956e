with

qualifications as (
    select * from {{ ref('int_qualifications') }}
),

eligibility as (
    select account_id, base_style, base_rank, lease_style, obstacle
    from {{ ref('int_lease_eligibility') }}
),

leases as (
    select account_id, lease_id, style from {{ ref('int_style_leases') }}
),

waiting as (
    select account_id, style, lease_seats from {{ ref('int_lease_places') }}
    where queue = 4 and outcome <> 'seated'
),

styles as (
    select style, style_rank, label, is_enabled
    from {{ ref('stg_ops__policy_styles') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

judged as (
    select
        qualifications.*,
        build_context.as_of_date,
        eligibility.base_style,
        eligibility.lease_style,
        leases.lease_id,
        leased.label as leased_label,
        target.label as target_label,
        waiting.lease_seats,
        case
            when qualifications.sales_answer = 'rejected' then 'rejected'
            when leases.lease_id is not null then 'leased'
            when eligibility.obstacle is not null then eligibility.obstacle
            when not qualifications.is_met then 'faded'
            when
                target.style is null
                or target.style_rank >= eligibility.base_rank
                then 'no_higher_style'
            when not target.is_enabled then 'style_disabled'
            when waiting.account_id is not null then 'reserve_full'
            else 'lease_ended'
        end as lease_outcome
    from qualifications
    cross join build_context
    inner join eligibility on qualifications.account_id = eligibility.account_id
    left join leases on qualifications.account_id = leases.account_id
    left join waiting on qualifications.account_id = waiting.account_id
    left join styles as leased on leases.style = leased.style
    left join styles as target on eligibility.lease_style = target.style
),

told as (
    select
        account_id,
        rule,
        label,
        trigger_priority,
        qualified_on,
        minutes,
        people,
        is_met,
        sales_answer,
        sales_reason,
        base_style,
        lease_style,
        lease_id,
        lease_outcome,
        {{ short_text(dbt.concat([
            'label', "': '",
            "case lease_outcome"
            ~ " when 'rejected' then 'sales turned it down'"
            ~ " when 'leased' then "
            ~ dbt.concat(["'treated as '", 'leased_label', "' for a while'"])
            ~ " when 'excluded' then 'the account is on the list of exclusions'"
            ~ " when 'override' then 'a person has set the style'"
            ~ " when 'faded' then 'the activity has faded'"
            ~ " when 'no_higher_style' then 'there is no higher style to lend'"
            ~ " when 'style_disabled' then "
            ~ dbt.concat(['target_label', "' is switched off'"])
            ~ " when 'reserve_full' then " ~ dbt.concat([
                "'waits, no seat is free of the '", 'lease_seats',
                "' kept for temporary moves to '", 'target_label',
            ])
            ~ " else 'its lease ended today' end",
        ])) }} as lease_reason,
        as_of_date
    from judged
)

select * from told
