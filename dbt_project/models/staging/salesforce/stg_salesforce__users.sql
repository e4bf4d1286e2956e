with

source as (
    select * from {{ source('raw_salesforce', 'user') }}
),

renamed as (
    select
        -- ids
        id as user_id,

        -- booleans
        coalesce(is_active, true) as is_active,

        -- timestamps
        _landed_at as landed_at,

        -- personal
        {{ blank_to_null('name') }} as user_name,
        {{ normalised_email('email') }} as email
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
