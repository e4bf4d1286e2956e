with

source as (
    select * from {{ source('raw_files', 'contacts') }}
),

renamed as (
    select
        -- ids
        contact_id,
        {{ blank_to_null('account_id') }} as account_id,

        -- text
        {{ blank_to_null('job_title') }} as job_title,
        {{ blank_to_null('country') }} as country,

        -- booleans
        coalesce(has_opted_out, false) as is_opted_out,

        -- consent
        {{ consent_columns() }},

        -- timestamps
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
