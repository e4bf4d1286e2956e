with

source as (
    select * from {{ source('raw_hubspot', 'email_event') }}
),

renamed as (
    select
        -- ids
        id || '/'
        || cast({{ at_utc('created_at') }} as {{ dbt.type_string() }})
            as email_event_id,
        email_campaign_id,

        -- text
        lower(type) as event_type,

        -- booleans
        coalesce(is_filtered, false) as is_filtered,
        coalesce(_is_deleted, false) as is_deleted,

        -- dates
        cast({{ at_utc('created_at') }} as date) as activity_date,

        -- timestamps
        _landed_at as landed_at,

        -- personal
        {{ normalised_email('recipient') }} as recipient_email
    from source
)

select * from renamed
