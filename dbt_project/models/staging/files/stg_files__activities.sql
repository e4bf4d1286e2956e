with

source as (
    select * from {{ source('raw_files', 'activities') }}
),

renamed as (
    select
        -- ids
        activity_id,
        {{ blank_to_null('account_id') }} as account_id,
        {{ blank_to_null('contact_id') }} as person_record_id,

        -- text
        lower(replace(trim(activity_type), ' ', '_')) as activity_type,
        {{ normalised_host('domain') }} as domain,

        -- numbers
        minutes,

        -- booleans
        coalesce(_is_deleted, false) as is_deleted,

        -- dates
        cast({{ at_utc('occurred_at') }} as date) as activity_date,

        -- timestamps
        _landed_at as landed_at
    from source
)

select * from renamed
