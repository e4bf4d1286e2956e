with

source as (
    select * from {{ source('raw_hubspot', 'owner') }}
),

renamed as (
    select
        -- ids
        id as owner_id,

        -- booleans
        not coalesce(is_archived, false) as is_active,

        -- timestamps
        _landed_at as landed_at,

        -- personal
        {{ blank_to_null(
            "coalesce(first_name, '') || ' ' || coalesce(last_name, '')"
        ) }} as owner_name,
        {{ normalised_email('email') }} as email
    from source
)

select * from renamed
