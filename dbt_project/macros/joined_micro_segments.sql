{#
    CTEs up to `joined`: who of `free` finds room in one of `clusters` of the own traits, finest level first.

    free       account_id, industry, imperative, country, employees
    clusters   micro_segment_id, industry, imperative, accounts
    sizes      minimum, maximum

    Rooms of one level are numbered through, the cluster with the fewest accounts first, and so is the queue before them;
    the place in the queue is the room. A cluster has one level, so levels never take each other's rooms.
#}
{% macro joined_micro_segments(free, clusters) -%}
    {%- set levels = micro_segment_levels() -%}
rooms as (
    select
        clusters.micro_segment_id,
        clusters.industry,
        clusters.imperative,
        sizes.maximum - clusters.accounts as room,
        sum(sizes.maximum - clusters.accounts) over (
            partition by clusters.industry, clusters.imperative
            order by clusters.accounts asc, clusters.micro_segment_id asc
            rows between unbounded preceding and current row
        ) as last_place
    from {{ clusters }} as clusters
    cross join sizes
    where clusters.accounts < sizes.maximum
),
{% for traits in levels %}
queue_{{ loop.index }} as (
    select
        free.account_id,
        free.{{ traits | join(', free.') }},
        row_number() over (
            partition by free.{{ traits | join(', free.') }}
            order by
                free.country asc nulls last,
                free.employees desc nulls last,
                free.account_id asc
        ) as place
    from {{ free }} as free
    {% if not loop.first -%}
    left join joined_{{ loop.index0 }} as earlier
        on free.account_id = earlier.account_id
    {% endif -%}
    where
        {{ has_traits('free', traits) }}
        {% if not loop.first -%}
        and earlier.account_id is null
        {%- endif %}
),
joined_{{ loop.index }} as (
    {% if not loop.first -%}
    select account_id, micro_segment_id from joined_{{ loop.index0 }}
    union all
    {% endif -%}
    select
        queue.account_id,
        rooms.micro_segment_id
    from queue_{{ loop.index }} as queue
    inner join rooms
        on
            {{ same_traits('queue', 'rooms', traits) }}
            and queue.place <= rooms.last_place
            and queue.place > rooms.last_place - rooms.room
    where {{ has_traits('rooms', traits, only=true) }}
),
{% endfor %}
joined as (
    select account_id, micro_segment_id from joined_{{ levels | length }}
)
{%- endmacro %}
