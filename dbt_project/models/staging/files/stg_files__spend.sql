with

source as (
    select * from {{ source('raw_files', 'spend') }}
),

renamed as (
    select
        -- ids
        spend_id,
        {{ blank_to_null('account_id') }} as account_id,

        -- text
        {{ blank_to_null('campaign') }} as campaign,
        lower(replace(trim(channel), ' ', '_')) as channel,
        upper(trim(currency_code)) as currency_code,

        -- numbers
        amount,

        -- dates
        spend_date,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
