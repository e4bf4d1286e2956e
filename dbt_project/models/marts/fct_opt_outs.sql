with

consents as (
    select person_id, status, source, denied_on from {{ ref('int_consents') }}
    where purpose = 'advertising' and status in ('opted_out', 'denied')
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

said as (
    select
        consents.person_id,
        consents.status,
        consents.source,
        consents.denied_on,
        build_context.as_of_date
    from consents
    cross join build_context
)

select * from said
