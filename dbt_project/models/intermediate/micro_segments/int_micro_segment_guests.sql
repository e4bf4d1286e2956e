{#
    Leftovers that keep alive the cluster they were the guests of: it fell under the minimum, its own accounts are still the
    larger part, and the guests that it takes to reach the minimum have no peers to go to.
#}
with

accounts as (
    select * from {{ ref('int_micro_segment_accounts') }}
),

joins as (
    select * from {{ ref('int_micro_segment_joins') }}
),

sizes as (
    select
        {{ policy_text('micro_segments.leftovers') }} as leftovers,
        {{ policy_number('micro_segments.minimum_accounts') }} as minimum
),

small as (
    select
        joins.micro_segment_id,
        sizes.minimum - count(*) as missing
    from joins
    cross join sizes
    where sizes.leftovers = 'nearest'
    group by joins.micro_segment_id, sizes.minimum
    having count(*) < sizes.minimum and 2 * count(*) > sizes.minimum
),

loose as (
    select
        accounts.*,
        joins.micro_segment_id,
        count(*) over (
            partition by accounts.industry, accounts.imperative
        ) as peers_in_both,
        count(*) over (partition by accounts.industry) as peers_in_industry,
        count(*) over (partition by accounts.imperative) as peers_in_imperative
    from accounts
    left join joins on accounts.account_id = joins.account_id
    left join small on joins.micro_segment_id = small.micro_segment_id
    where joins.account_id is null or small.micro_segment_id is not null
),

guests as (
    select
        loose.account_id,
        small.micro_segment_id,
        small.missing,
        count(*) over (partition by small.micro_segment_id) as guests,
        row_number() over (
            partition by small.micro_segment_id
            order by loose.held_since asc nulls last, loose.account_id asc
        ) as place
    from loose
    inner join small on loose.last_micro_segment_id = small.micro_segment_id
    cross join sizes
    where
        loose.micro_segment_id is null
        and (
            loose.industry is null
            or loose.imperative is null
            or loose.peers_in_both < sizes.minimum
        )
        and (
            loose.industry is null or loose.peers_in_industry < sizes.minimum
        )
        and (
            loose.imperative is null
            or loose.peers_in_imperative < sizes.minimum
        )
),

needed as (
    select account_id, micro_segment_id
    from guests
    where guests >= missing and place <= missing
)

select * from needed
