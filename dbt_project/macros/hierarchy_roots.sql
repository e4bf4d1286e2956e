{#
    CTEs from `jump_0` to `roots`: the top of the tree each member stands in, by set-based pointer jumping, so no engine needs
    recursion. `members` names a CTE with `id` and `parent_id`. Each jump doubles the reach: 6 jumps see 64 levels.

    a parent that does not exist, or itself   no parent
    a cycle                                   its smallest id is the root of all members, and of all that hang below
#}
{% macro hierarchy_roots(members, jumps=6) -%}
jump_0 as (
    select
        member.id,
        coalesce(parent.id, member.id) as ancestor_id,
        least(member.id, coalesce(parent.id, member.id)) as smallest_id
    from {{ members }} as member
    left join {{ members }} as parent on member.parent_id = parent.id
),
{% for jump in range(jumps) %}
jump_{{ jump + 1 }} as (
    select
        near.id,
        far.ancestor_id,
        least(near.smallest_id, far.smallest_id) as smallest_id
    from jump_{{ jump }} as near
    inner join jump_{{ jump }} as far on near.ancestor_id = far.id
),
{% endfor %}
roots as (
    select
        reached.id,
        case
            when top.ancestor_id = top.id then top.id
            else circle.smallest_id
        end as root_id
    from jump_{{ jumps }} as reached
    inner join jump_0 as top on reached.ancestor_id = top.id
    inner join jump_{{ jumps }} as circle on reached.ancestor_id = circle.id
)
{%- endmacro %}
