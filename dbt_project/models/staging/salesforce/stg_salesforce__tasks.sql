with

source as (
    select * from {{ source('raw_salesforce', 'task') }}
),

renamed as (
    select
        -- ids
        id as task_id,
        who_id as person_record_id,
        account_id,
        owner_id,

        -- text
        lower(coalesce(trim(task_subtype), 'task')) as task_subtype,
        {{ blank_to_null('status') }} as status,

        -- numbers
        call_duration_in_seconds / 60 as minutes,

        -- booleans
        coalesce(_is_deleted, false) as is_deleted,

        -- dates
        coalesce(
            activity_date, cast({{ at_utc('created_date') }} as date)
        ) as activity_date,

        -- timestamps
        _landed_at as landed_at
    from source
)

select * from renamed
