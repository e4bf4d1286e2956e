{# Everybody who asks for a seat of a reserve, in the order of service. #}
with

continuing as (
    select * from {{ ref('int_continuing_leases') }}
),

requests as (
    select * from {{ ref('int_lease_requests') }}
),

programmes as (
    select
        {{ dbt.concat(["'programme:'", 'programme']) }} as trigger,
        seats
    from {{ ref('stg_ops__policy_programmes') }}
),

seats as (
    select style, lease_seats from {{ ref('int_style_seats') }}
),

asking as (
    select
        continuing.*,
        0 as priority,
        cast(null as decimal(5, 2)) as account_score
    from continuing
    union all
    select * from requests
),

in_programmes as (
    select
        asking.*,
        coalesce(row_number() over (
            partition by asking.trigger order by {{ lease_order('asking') }}
        ) <= programmes.seats, true) as is_within_programme
    from asking
    left join programmes on asking.trigger = programmes.trigger
),

{# An account that gets its seat by queue 1 to 3 does not ask a second time. #}
first_places as (
    select
        in_programmes.*,
        row_number() over (
            partition by in_programmes.style
            order by {{ lease_order('in_programmes') }}
        ) as place
    from in_programmes
    where in_programmes.queue < 4 and in_programmes.is_within_programme
),

first_seated as (
    select first_places.account_id, first_places.style
    from first_places
    inner join seats on first_places.style = seats.style
    where first_places.place <= seats.lease_seats
),

taken as (
    select style, count(*) as seats from first_seated
    group by style
),

last_places as (
    select
        in_programmes.*,
        coalesce(taken.seats, 0) + row_number() over (
            partition by in_programmes.style
            order by {{ lease_order('in_programmes') }}
        ) as place
    from in_programmes
    left join taken on in_programmes.style = taken.style
    left join first_seated
        on in_programmes.account_id = first_seated.account_id
    where in_programmes.queue = 4 and first_seated.account_id is null
),

places as (
    select * from first_places
    union all
    select * from last_places
    union all
    select
        in_programmes.*,
        cast(null as bigint) as place
    from in_programmes
    where not is_within_programme
),

judged as (
    select
        places.*,
        seats.lease_seats,
        case
            when not places.is_within_programme then 'programme_full'
            when places.place <= seats.lease_seats then 'seated'
            else 'reserve_full'
        end as outcome
    from places
    inner join seats on places.style = seats.style
)

select * from judged
