with

source as (
    select * from {{ source('raw_hubspot', 'contact') }}
),

renamed as (
    select
        -- ids
        id as contact_id,
        {{ blank_to_null('associated_company_id') }} as company_id,
        owner_id,

        -- text
        {{ blank_to_null('job_title') }} as job_title,
        {{ blank_to_null('country') }} as country,
        {{ blank_to_null('buying_role') }} as buying_role,

        -- booleans
        coalesce(has_opted_out_of_email, false) as is_opted_out,

        -- consent
        {{ blank_to_null('legal_basis') }} as legal_basis,
        {{ consent_columns() }},

        -- timestamps
        created_at,
        _landed_at as landed_at,

        -- personal
        {{ normalised_email('email') }} as email,
        {{ blank_to_null('first_name') }} as first_name,
        {{ blank_to_null('last_name') }} as last_name,
        {{ blank_to_null('phone') }} as phone
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
