{# Depth and breadth is the least urgent rule: a trigger says what is wanted. #}
with

triggers as (
    select trigger_name, label, priority
    from {{ ref('stg_ops__policy_triggers') }}
),

rules as (
    select
        trigger_name as rule,
        label,
        priority as trigger_priority
    from triggers
    union all
    select
        'depth_and_breadth' as rule,
        'Enough engagement by enough people' as label,
        coalesce(max(priority), 0) + 1 as trigger_priority
    from triggers
)

select * from rules
