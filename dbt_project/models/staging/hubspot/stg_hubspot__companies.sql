with

source as (
    select * from {{ source('raw_hubspot', 'company') }}
),

renamed as (
    select
        -- ids
        id as company_id,
        parent_company_id,
        owner_id,

        -- text
        {{ single_blanks('name') }} as company_name,
        {{ normalised_host("coalesce(nullif(trim(domain), ''), website)") }}
            as website_host,
        {{ blank_to_null('industry') }} as industry,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('country') }} as country,
        {{ blank_to_null('lifecycle_stage') }} as lifecycle_stage,

        -- numbers
        number_of_employees as employees,
        annual_revenue,

        -- timestamps
        created_at,
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
