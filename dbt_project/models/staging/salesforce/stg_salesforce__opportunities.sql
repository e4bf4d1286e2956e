with

source as (
    select * from {{ source('raw_salesforce', 'opportunity') }}
),

renamed as (
    select
        -- ids
        id as opportunity_id,
        account_id,
        owner_id,

        -- text
        {{ blank_to_null('name') }} as opportunity_name,
        {{ blank_to_null('stage_name') }} as stage,
        {{ blank_to_null('type') }} as type,
        {{ single_blanks('product') }} as product,
        upper(trim(currency_iso_code)) as currency_code,

        -- numbers
        amount,
        probability,

        -- booleans
        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,

        -- dates
        cast({{ at_utc('created_date') }} as date) as created_date,
        close_date,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
