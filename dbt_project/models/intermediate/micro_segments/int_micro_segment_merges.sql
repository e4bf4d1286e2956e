{# Second round: a cluster that is still too small, guests included, is given
   up, and its accounts join another of the same traits, finest first. #}
with

accounts as (
    select * from {{ ref('int_micro_segment_accounts') }}
),

joins as (
    select * from {{ ref('int_micro_segment_joins') }}
),

sizes as (
    select
        {{ policy_number('micro_segments.minimum_accounts') }} as minimum,
        {{ policy_number('micro_segments.maximum_accounts') }} as maximum
),

guests as (
    select * from {{ ref('int_micro_segment_guests') }}
),

counted as (
    select
        joins.micro_segment_id,
        joins.industry,
        joins.imperative,
        count(*) as accounts
    from joins
    group by joins.micro_segment_id, joins.industry, joins.imperative
),

guest_counts as (
    select
        micro_segment_id,
        count(*) as guests
    from guests
    group by micro_segment_id
),

clusters as (
    select
        counted.micro_segment_id,
        counted.industry,
        counted.imperative,
        counted.accounts + coalesce(guest_counts.guests, 0) as accounts
    from counted
    cross join sizes
    left join guest_counts
        on counted.micro_segment_id = guest_counts.micro_segment_id
    where
        counted.accounts + coalesce(guest_counts.guests, 0) >= sizes.minimum
),

stayed as (
    select
        members.account_id,
        members.micro_segment_id,
        members.is_guest
    from (
        select
            account_id,
            micro_segment_id,
            false as is_guest
        from joins
        union all
        select
            account_id,
            micro_segment_id,
            true as is_guest
        from guests
    ) as members
    inner join clusters on members.micro_segment_id = clusters.micro_segment_id
),

free as (
    select accounts.*
    from accounts
    left join stayed on accounts.account_id = stayed.account_id
    where stayed.account_id is null
),

{{ joined_micro_segments('free', 'clusters') }},

placed as (
    select
        members.account_id,
        members.micro_segment_id,
        clusters.industry,
        clusters.imperative,
        members.is_guest
    from (
        select account_id, micro_segment_id, is_guest from stayed
        union all
        select
            account_id,
            micro_segment_id,
            false as is_guest
        from joined
    ) as members
    inner join clusters on members.micro_segment_id = clusters.micro_segment_id
)

select * from placed
