with

source as (
    select * from {{ source('raw_salesforce', 'campaign') }}
),

renamed as (
    select
        -- ids
        id as campaign_id,

        -- text
        {{ blank_to_null('name') }} as campaign_name,
        lower({{ blank_to_null('type') }}) as campaign_type,
        {{ blank_to_null('status') }} as status,

        -- numbers
        actual_cost,
        budgeted_cost,

        -- dates
        coalesce(
            start_date, cast({{ at_utc('created_date') }} as date)
        ) as start_date,
        end_date,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
