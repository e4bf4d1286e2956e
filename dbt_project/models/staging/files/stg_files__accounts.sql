with

source as (
    select * from {{ source('raw_files', 'accounts') }}
),

renamed as (
    select
        -- ids
        account_id,
        {{ blank_to_null('parent_account_id') }} as parent_account_id,
        {{ blank_to_null('owner_id') }} as owner_id,

        -- text
        {{ single_blanks('account_name') }} as account_name,
        {{ normalised_host('domain') }} as website_host,
        {{ blank_to_null('industry') }} as industry,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('country') }} as country,
        upper(trim(currency_code)) as currency_code,

        -- numbers
        employees,
        annual_revenue,
        potential_estimate,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
