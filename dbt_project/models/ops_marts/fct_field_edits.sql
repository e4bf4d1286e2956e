with

field_edits as (
    select * from {{ source('sending', 'field_edits') }}
),

told as (
    select
        destination,
        object_key,
        field,
        platform_field,
        written,
        found,
        decision,
        since,
        ends_on,
        times,
        ended_at,
        ended_at is null as is_open
    from field_edits
)

select * from told
