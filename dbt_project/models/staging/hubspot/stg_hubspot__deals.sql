with

source as (
    select * from {{ source('raw_hubspot', 'deal') }}
),

renamed as (
    select
        -- ids
        id as deal_id,
        owner_id,

        -- text
        {{ blank_to_null('name') }} as deal_name,
        {{ blank_to_null('pipeline') }} as pipeline,
        {{ blank_to_null('stage') }} as stage,
        {{ blank_to_null('type') }} as type,
        {{ single_blanks('product') }} as product,
        upper(trim(currency_code)) as currency_code,

        -- numbers
        amount,

        -- booleans
        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,

        -- dates
        cast({{ at_utc('created_at') }} as date) as created_date,
        cast({{ at_utc('close_date') }} as date) as close_date,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
