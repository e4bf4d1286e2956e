with

source as (
    select * from {{ source('raw_salesforce', 'event') }}
),

renamed as (
    select
        -- ids
        id as event_id,
        who_id as person_record_id,
        account_id,
        owner_id,

        -- text
        lower(coalesce(trim(event_subtype), 'event')) as event_subtype,

        -- numbers
        duration_in_minutes as minutes,

        -- booleans
        coalesce(_is_deleted, false) as is_deleted,

        -- dates
        cast(
            {{ at_utc('coalesce(activity_date_time, created_date)') }} as date
        ) as activity_date,

        -- timestamps
        _landed_at as landed_at
    from source
)

select * from renamed
