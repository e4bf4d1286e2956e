{#
    CTEs up to `nearest`: a cluster with room for each of `leftovers`, by what it shares with them, most telling first.

    leftovers   account_id, last_micro_segment_id, industry, imperative, country
    clusters    micro_segment_id, industry, imperative, country, accounts
    sizes       maximum

    Each pass deals the rooms that the passes before left, the cluster with the fewest accounts first.
#}
{% macro nearest_micro_segments(leftovers, clusters, passes) -%}
{% for own, theirs in passes %}
left_{{ loop.index }} as (
    select
        leftover.account_id,
        {{ own }} as trait,
        row_number() over (
            partition by {{ own }} order by leftover.account_id
        ) as place
    from {{ leftovers }} as leftover
    {% if not loop.first -%}
    left join near_{{ loop.index0 }} as earlier
        on leftover.account_id = earlier.account_id
    {% endif -%}
    where
        {{ own }} is not null
        {% if not loop.first -%}
        and earlier.account_id is null
        {%- endif %}
),
{% if not loop.first -%}
taken_{{ loop.index }} as (
    select
        micro_segment_id,
        count(*) as accounts
    from near_{{ loop.index0 }}
    group by micro_segment_id
),
{% endif -%}
room_{{ loop.index }} as (
    select
        clusters.micro_segment_id,
        {{ theirs }} as trait,
        clusters.accounts
        {%- if not loop.first %} + coalesce(taken.accounts, 0) {%- endif %}
            as accounts
    from {{ clusters }} as clusters
    {% if not loop.first -%}
    left join taken_{{ loop.index }} as taken
        on clusters.micro_segment_id = taken.micro_segment_id
    {% endif -%}
),
dealt_{{ loop.index }} as (
    select
        room.micro_segment_id,
        room.trait,
        sizes.maximum - room.accounts as room,
        sum(sizes.maximum - room.accounts) over (
            partition by room.trait
            order by room.accounts asc, room.micro_segment_id asc
            rows between unbounded preceding and current row
        ) as last_place
    from room_{{ loop.index }} as room
    cross join sizes
    where room.accounts < sizes.maximum
),
near_{{ loop.index }} as (
    {% if not loop.first -%}
    select account_id, micro_segment_id from near_{{ loop.index0 }}
    union all
    {% endif -%}
    select
        leftover.account_id,
        dealt.micro_segment_id
    from left_{{ loop.index }} as leftover
    inner join dealt_{{ loop.index }} as dealt
        on
            leftover.trait = dealt.trait
            and leftover.place <= dealt.last_place
            and leftover.place > dealt.last_place - dealt.room
),
{% endfor %}
nearest as (
    select account_id, micro_segment_id from near_{{ passes | length }}
)
{%- endmacro %}
