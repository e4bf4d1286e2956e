with

places as (
    select * from {{ ref('int_lease_places') }}
),

seated as (
    select
        lease_id,
        account_id,
        style,
        trigger,
        starts_on,
        ends_on,
        renewals,
        queue,
        place,
        lease_seats
    from places
    where outcome = 'seated'
)

select * from seated
