with

source as (
    select * from {{ source('raw_salesforce', 'campaign_member') }}
),

renamed as (
    select
        -- ids
        id as campaign_member_id,
        campaign_id,
        coalesce(contact_id, lead_id) as person_record_id,

        -- text
        {{ blank_to_null('status') }} as status,

        -- booleans
        coalesce(has_responded, false) as has_responded,
        coalesce(_is_deleted, false) as is_deleted,

        -- dates
        coalesce(
            first_responded_date, cast({{ at_utc('created_date') }} as date)
        ) as responded_date,

        -- timestamps
        _landed_at as landed_at
    from source
)

select * from renamed
