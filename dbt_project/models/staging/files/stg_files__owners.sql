with

source as (
    select * from {{ source('raw_files', 'owners') }}
),

renamed as (
    select
        -- ids
        owner_id,

        -- text
        {{ blank_to_null('region') }} as region,

        -- timestamps
        _landed_at as landed_at,

        -- personal
        {{ blank_to_null('owner_name') }} as owner_name,
        {{ blank_to_null('manager') }} as manager_name
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
