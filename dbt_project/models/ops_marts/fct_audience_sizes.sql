with

readings as (
    select
        *,
        audience_size is not null as has_size
    from {{ source('sending', 'audience_sizes') }}
),

{# A reading that tells no size is no step of the curve: the next is compared
   with the last that told one. #}
compared as (
    select
        *,
        lag(audience_size) over (
            partition by destination, audience, has_size order by read_on
        ) as size_before,
        lag(members) over (
            partition by destination, audience, has_size order by read_on
        ) as members_before,
        max(read_on) over (partition by destination) as newest_read_on
    from readings
),

{# Who left takes people along; what is lost beyond that, the platform lost. #}
expected as (
    select
        *,
        case
            when audience_size is null then null
            when members < members_before
                then cast(
                    cast(size_before as decimal(20, 6))
                    * members / members_before as decimal(20, 6)
                )
            else cast(size_before as decimal(20, 6))
        end as size_to_keep
    from compared
),

told as (
    select
        destination,
        audience,
        style,
        read_on,
        status,
        members,
        audience_size,
        match_rate,
        {{ ratio('audience_size', 'members') }} as people_per_member,
        expected_size,
        minimum as platform_minimum,
        audience_size < minimum as is_below_minimum,
        size_before,
        case
            when status = 'MISSING' then 1
            when audience_size < size_to_keep
                then 1 - {{ ratio('audience_size', 'size_to_keep') }}
            when size_to_keep is not null then 0
        end as size_lost_share,
        read_on = newest_read_on as is_newest
    from expected
)

select
    destination,
    audience,
    style,
    read_on,
    status,
    members,
    audience_size,
    match_rate,
    people_per_member,
    expected_size,
    platform_minimum,
    is_below_minimum,
    size_before,
    cast(size_lost_share as decimal(20, 6)) as size_lost_share,
    is_newest
from told
