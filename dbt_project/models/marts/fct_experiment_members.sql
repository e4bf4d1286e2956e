with

members as (
    select * from {{ ref('int_experiment_members') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

dated as (
    select
        members.account_id,
        members.experiment,
        build_context.as_of_date,
        members.style,
        members.design,
        members.arm,
        members.effective_style,
        members.micro_segment_id,
        members.step,
        members.is_withheld,
        members.has_changed_style,
        members.entered_on,
        members.treated_from
    from members
    cross join build_context
)

select * from dated
