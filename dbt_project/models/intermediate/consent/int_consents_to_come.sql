{# A table of its own, mostly empty: a new day alone changes no consent. The
   days come first, so that without one the records are not read at all. #}
with

days as (
    select said_on from {{ ref('int_consent_days') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

days_to_come as (
    select days.said_on
    from days
    inner join build_context on days.said_on > build_context.as_of_date
),

records as (
    select record_key, purpose, said_on from {{ ref('int_consent_records') }}
),

to_come as (
    select records.record_key, records.purpose
    from records
    inner join days_to_come on records.said_on = days_to_come.said_on
)

select * from to_come
