with

source as (
    select * from {{ source('raw_hubspot', 'deal_company') }}
),

renamed as (
    select
        -- ids
        from_id as deal_id,
        to_id as company_id,

        -- booleans
        coalesce(is_primary, false) as is_primary,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
