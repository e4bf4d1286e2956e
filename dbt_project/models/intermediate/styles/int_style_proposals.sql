{# What a review without limits would do, whatever each account holds. #}
with

seats as (
    select * from {{ ref('int_style_seats') }}
),

entrants as (
    select
        *,
        wanted_rank as start_rank,
        cast(null as integer) as keeps_rank
    from {{ ref('int_style_candidates') }}
    where is_competing
),

{{ seat_passes('entrants', 'seats') }}

select * from places
