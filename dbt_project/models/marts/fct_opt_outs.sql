with

consents as (
    select person_id, status, source, denied_on from {{ ref('int_consents') }}
    where purpose = 'advertising' and status in ('opted_out', 'denied')
),

build_context as (
    select as_of_date from {{ ref('stg_ops__build_context') }}
),

people as (
    select person_id from {{ ref('int_people') }}
),

known_before as (
    select
        before.person_id,
        before.status,
        before.source,
        before.denied_on
    from {{ ledger_before('stg_ops__opt_out_ledger') }} as before
    where before.ended_on is null
),

{# A key that is gone, as its record was deleted or another one is believed
   first, took nothing back: it may still be in an audience. #}
said as (
    select
        person_id,
        status,
        source,
        denied_on
    from consents
    union all
    select
        known_before.person_id,
        known_before.status,
        known_before.source,
        known_before.denied_on
    from known_before
    left join people on known_before.person_id = people.person_id
    left join consents on known_before.person_id = consents.person_id
    where people.person_id is null and consents.person_id is null
),

told as (
    select
        said.person_id,
        said.status,
        said.source,
        said.denied_on,
        build_context.as_of_date
    from said
    cross join build_context
)

select * from told
