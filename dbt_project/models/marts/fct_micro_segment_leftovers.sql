with

placements as (
    select
        account_id, placement, reason
    from {{ ref('int_micro_segment_placements') }}
    where micro_segment_id is null
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

leftovers as (
    select
        placements.account_id,
        build_context.as_of_date,
        placements.placement as reason_code,
        placements.reason
    from placements
    cross join build_context
)

select * from leftovers
