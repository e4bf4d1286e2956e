with

source as (
    select * from {{ source('raw_salesforce', 'contact') }}
),

renamed as (
    select
        -- ids
        id as contact_id,
        account_id,
        owner_id,

        -- text
        {{ blank_to_null('title') }} as job_title,
        {{ blank_to_null('department') }} as department,
        {{ blank_to_null('mailing_country') }} as country,

        -- booleans
        coalesce(has_opted_out_of_email, false) as is_opted_out,

        -- consent
        {{ consent_columns() }},

        -- timestamps
        created_date as created_at,
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
