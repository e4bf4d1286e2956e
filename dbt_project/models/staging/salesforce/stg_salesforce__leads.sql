with

source as (
    select * from {{ source('raw_salesforce', 'lead') }}
),

renamed as (
    select
        -- ids
        id as lead_id,
        converted_account_id,
        converted_contact_id,
        owner_id,

        -- text
        {{ blank_to_null('company') }} as company,
        {{ blank_to_null('title') }} as job_title,
        {{ normalised_host('website') }} as website_host,
        {{ blank_to_null('status') }} as status,
        {{ blank_to_null('country') }} as country,

        -- booleans
        coalesce(is_converted, false) as is_converted,
        coalesce(has_opted_out_of_email, false) as is_opted_out,

        -- consent
        {{ consent_columns() }},

        -- timestamps
        created_date as created_at,
        _landed_at as landed_at,

        -- personal
        {{ normalised_email('email') }} as email,
        {{ blank_to_null('first_name') }} as first_name,
        {{ blank_to_null('last_name') }} as last_name
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
