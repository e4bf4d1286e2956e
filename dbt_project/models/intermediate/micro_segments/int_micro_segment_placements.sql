{# Leftovers have too few peers for a cluster of their own. #}
{%- set passes = [
    ('leftover.last_micro_segment_id', 'clusters.micro_segment_id'),
    ('leftover.industry', 'clusters.industry'),
    ('leftover.imperative', 'clusters.imperative'),
    ('leftover.country', 'clusters.country'),
    ("'any'", "'any'"),
] %}
with

accounts as (
    select * from {{ ref('int_micro_segment_accounts') }}
),

members as (
    select * from {{ ref('int_micro_segment_clusters') }}
),

sizes as (
    select
        {{ policy_text('micro_segments.leftovers') }} as leftovers,
        {{ policy_number('micro_segments.maximum_accounts') }} as maximum
),

countries as (
    select
        members.micro_segment_id,
        accounts.country,
        row_number() over (
            partition by members.micro_segment_id
            order by count(*) desc, accounts.country asc
        ) as place
    from members
    inner join accounts on members.account_id = accounts.account_id
    where accounts.country is not null
    group by members.micro_segment_id, accounts.country
),

counted as (
    select
        micro_segment_id,
        industry,
        imperative,
        micro_segment_number,
        count(*) as accounts
    from members
    group by micro_segment_id, industry, imperative, micro_segment_number
),

clusters as (
    select
        counted.*,
        countries.country
    from counted
    left join countries
        on
            counted.micro_segment_id = countries.micro_segment_id
            and countries.place = 1
),

leftovers as (
    select accounts.*
    from accounts
    cross join sizes
    left join members on accounts.account_id = members.account_id
    where members.account_id is null and sizes.leftovers = 'nearest'
),

{{ nearest_micro_segments('leftovers', 'clusters', passes) }},

placed as (
    select
        account_id, micro_segment_id, placement
    from members
    union all
    select
        account_id,
        micro_segment_id,
        'nearest' as placement
    from nearest
),

described as (
    select
        accounts.account_id,
        placed.micro_segment_id,
        clusters.industry,
        clusters.imperative,
        case
            when placed.placement is not null then placed.placement
            when sizes.leftovers = 'nearest' then 'no_room'
            else 'too_few_peers'
        end as placement,
        clusters.micro_segment_number,
        case
            when placed.micro_segment_id = accounts.last_micro_segment_id
                then accounts.held_since
        end as held_since
    from accounts
    cross join sizes
    left join placed on accounts.account_id = placed.account_id
    left join clusters on placed.micro_segment_id = clusters.micro_segment_id
)

select
    described.*,
    {{ micro_segment_reason('described') }} as reason
from described
