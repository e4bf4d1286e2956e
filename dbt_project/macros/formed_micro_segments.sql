{#
    CTEs up to `formed`: new clusters of `free`, finest level first, with the columns account_id, industry, imperative
    (the cluster's), part.

    free       account_id, industry, imperative, country, employees
    members    account_id, micro_segment_id, industry, imperative (the cluster's), held_since, employees
    full       micro_segment_id, industry, imperative of the clusters at the maximum
    sizes      minimum, maximum

    enough of the same traits            even parts, neighbours by country and size of company together; parts from 1
    too few, and their cluster is full   it is split with them: the older half keeps the id, the rest is part 0
#}
{% macro formed_micro_segments(free, members, full) -%}
    {%- set levels = micro_segment_levels() -%}
    {%- set keys = ['industry', 'imperative'] -%}
{% for traits in levels %}
open_{{ loop.index }} as (
    select
        free.account_id,
        free.employees,
        {% for key in keys -%}
        {{ 'free.' ~ key if key in traits
            else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as {{ key }},
        {% endfor -%}
        count(*) over (partition by free.{{ traits | join(', free.') }}) as peers,
        row_number() over (
            partition by free.{{ traits | join(', free.') }}
            order by
                free.country asc nulls last,
                free.employees desc nulls last,
                free.account_id asc
        ) - 1 as place
    from {{ free }} as free
    {% if not loop.first -%}
    left join formed_{{ loop.index0 }} as earlier
        on free.account_id = earlier.account_id
    {% endif -%}
    where
        {{ has_traits('free', traits) }}
        {% if not loop.first -%}
        and earlier.account_id is null
        {%- endif %}
),
split_{{ loop.index }} as (
    select
        min(full_ones.micro_segment_id) as micro_segment_id,
        {% for trait in traits -%}
        full_ones.{{ trait }},
        {% endfor -%}
        max(newcomers.peers) as peers
    from {{ full }} as full_ones
    inner join open_{{ loop.index }} as newcomers
        on {{ same_traits('full_ones', 'newcomers', traits) }}
    cross join sizes
    where
        newcomers.peers < sizes.minimum
        and {{ has_traits('full_ones', traits, only=true) }}
    group by full_ones.{{ traits | join(', full_ones.') }}
),
halves_{{ loop.index }} as (
    select
        members.account_id,
        members.industry,
        members.imperative,
        row_number() over (
            partition by members.micro_segment_id
            order by
                members.held_since asc nulls last,
                members.employees desc nulls last,
                members.account_id asc
        ) as place,
        (sizes.maximum + split_one.peers + 1) / 2 as kept
    from {{ members }} as members
    inner join split_{{ loop.index }} as split_one
        on members.micro_segment_id = split_one.micro_segment_id
    cross join sizes
),
formed_{{ loop.index }} as (
    {% if not loop.first -%}
    select account_id, industry, imperative, part
    from formed_{{ loop.index0 }}
    union all
    {% endif -%}
    select
        newcomers.account_id,
        newcomers.industry,
        newcomers.imperative,
        cast(1 + floor(
            newcomers.place * ceil(newcomers.peers / sizes.maximum)
            / newcomers.peers
        ) as integer) as part
    from open_{{ loop.index }} as newcomers
    cross join sizes
    where newcomers.peers >= sizes.minimum
    union all
    select
        newcomers.account_id,
        newcomers.industry,
        newcomers.imperative,
        0 as part
    from open_{{ loop.index }} as newcomers
    inner join split_{{ loop.index }} as split_one
        on {{ same_traits('newcomers', 'split_one', traits) }}
    union all
    select account_id, industry, imperative, 0 as part
    from halves_{{ loop.index }}
    where place > floor(kept)
),
{% endfor %}
formed as (
    select * from formed_{{ levels | length }}
)
{%- endmacro %}
