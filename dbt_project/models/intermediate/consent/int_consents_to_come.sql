{# A table of its own, mostly empty: a new day alone changes no consent. #}
with

records as (
    select record_key, purpose, said_on from {{ ref('int_consent_records') }}
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

to_come as (
    select records.record_key, records.purpose
    from records
    inner join build_context on records.said_on > build_context.as_of_date
)

select * from to_come
