with

members as (
    select * from {{ ref('int_micro_segment_members') }}
),

marketers as (
    select * from {{ ref('int_micro_segment_marketers') }}
),

build_context as (
    select as_of_date, release_id from {{ ref('stg_ops__build_context') }}
),

joined as (
    select
        members.account_id,
        members.micro_segment_id,
        build_context.as_of_date,
        members.micro_segment_number,
        members.industry,
        members.imperative,
        marketers.marketer,
        members.placement,
        members.reason,
        coalesce(members.held_since, build_context.as_of_date) as member_since,
        build_context.release_id
    from members
    cross join build_context
    inner join marketers
        on members.micro_segment_id = marketers.micro_segment_id
)

select * from joined
