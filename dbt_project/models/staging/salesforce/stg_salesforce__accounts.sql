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
        {{ comparable_list('technologies') }} as technologies,
        {{ comparable_text('imperative') }} as imperative,
        {{ single_blanks('incumbent') }} as incumbent,
        {{ comparable_text('reference_status') }} as reference_status,
        {{ comparable_text('partner_role') }} as partner_role,
        {{ blank_to_null('influence_author') }} as influence_author,
        {{ comparable_text('mqa_answer') }} as mqa_answer,
        {{ blank_to_null('mqa_answer_reason') }} as mqa_answer_reason,
        {{ blank_to_null('override_style') }} as override_style,
        {{ blank_to_null('override_reason') }} as override_reason,
        {{ blank_to_null('override_author') }} as override_author,
        {{ blank_to_null('abm_style') }} as abm_style,

        -- numbers
        number_of_employees as employees,
        annual_revenue,
        potential_estimate,
        influence_manual,

        -- booleans
        sales_signed_off,
        marketing_signed_off,

        -- dates
        influence_date,
        mqa_answered_on,
        override_until,

        -- timestamps
        created_date as created_at,
        system_modstamp as updated_at,
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
