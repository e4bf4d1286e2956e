with

source as (
    select * from {{ source('ops', 'field_edits') }}
),

renamed as (
    select
        destination,
        object_key,
        field,
        found,
        decision,
        since,
        cast(ended_at as date) as ended_on
    from source
)

select * from renamed
