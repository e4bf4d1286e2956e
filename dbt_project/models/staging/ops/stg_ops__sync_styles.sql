with

source as (
    select * from {{ source('ops', 'sync_styles') }}
),

renamed as (
    select
        destination,
        object_key,
        style,
        acknowledged_at
    from source
)

select * from renamed
