with

places as (
    select * from {{ ref('int_lease_places') }}
    where outcome <> 'seated'
),

leases as (
    select account_id from {{ ref('int_style_leases') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

waiting as (
    select
        places.lease_id,
        places.account_id,
        places.style,
        places.trigger,
        case when places.queue < 3 then 'lost_seat' else places.outcome end
            as reason_code,
        places.place as reserve_place,
        places.lease_seats as reserve_seats,
        build_context.as_of_date
    from places
    cross join build_context
    left join leases on places.account_id = leases.account_id
    where leases.account_id is null
)

select * from waiting
