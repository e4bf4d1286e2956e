with

source as (
    select * from {{ source('raw_files', 'opportunities') }}
),

renamed as (
    select
        -- ids
        opportunity_id,
        {{ blank_to_null('account_id') }} as account_id,
        {{ blank_to_null('owner_id') }} as owner_id,

        -- text
        {{ blank_to_null('opportunity_name') }} as opportunity_name,
        {{ blank_to_null('stage') }} as stage,
        {{ blank_to_null('type') }} as type,
        {{ single_blanks('product') }} as product,
        upper(trim(currency_code)) as currency_code,

        -- numbers
        amount,

        -- booleans
        is_closed,
        is_won,

        -- dates
        created_date,
        closed_date as close_date,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
