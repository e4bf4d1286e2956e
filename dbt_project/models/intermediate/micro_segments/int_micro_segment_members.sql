with

placements as (
    select * from {{ ref('int_micro_segment_placements') }}
),

members as (
    select
        account_id,
        micro_segment_id,
        industry,
        imperative,
        placement,
        reason,
        micro_segment_number,
        held_since
    from placements
    where micro_segment_id is not null
)

select * from members
