with

records as (
    select
        source,
        source_rank,
        record_id,
        record_key,
        converted_record_key,
        email
    from {{ ref('int_people_unioned') }}
),

{# A converted lead is its contact, even where the addresses differ, and one
   mailbox is one person: who opts out by one of its names did so by all. #}
keyed as (
    select
        record.source,
        record.source_rank,
        record.record_id,
        record.record_key,
        coalesce(
            {{ mailbox('contact.email') }},
            contact.record_key,
            {{ mailbox('record.email') }},
            record.record_key
        ) as match_key
    from records as record
    left join records as contact
        on record.converted_record_key = contact.record_key
),

matched as (
    select
        source,
        record_id,
        record_key,
        first_value(record_key) over (
            partition by match_key order by source_rank, record_id
        ) as person_id
    from keyed
)

select * from matched
