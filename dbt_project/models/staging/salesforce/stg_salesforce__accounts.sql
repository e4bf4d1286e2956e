with

source as (
    select * from {{ source('raw_salesforce', 'account') }}
),

renamed as (
    select
        -- ids
        id as account_id,
        parent_id as parent_account_id,
        owner_id,

        -- text
        {{ single_blanks('name') }} as account_name,
        {{ blank_to_null('type') }} as account_type,
        {{ blank_to_null('industry') }} as industry,
        {{ normalised_host('website') }} as website_host,
        {{ blank_to_null('billing_city') }} as city,
        {{ blank_to_null('billing_country') }} as country,
        upper(trim(currency_iso_code)) as currency_code,

        -- numbers
        number_of_employees as employees,
        annual_revenue,

        -- timestamps
        created_date as created_at,
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
