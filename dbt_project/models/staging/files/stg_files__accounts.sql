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
        {{ comparable_list('technologies') }} as technologies,
        {{ comparable_text('imperative') }} as imperative,
        {{ single_blanks('incumbent') }} as incumbent,
        {{ comparable_text('reference_status') }} as reference_status,
        {{ comparable_text('partner_role') }} as partner_role,
        {{ blank_to_null('influence_author') }} as influence_author,
        {{ comparable_text('mqa_answer') }} as mqa_answer,
        {{ blank_to_null('mqa_answer_reason') }} as mqa_answer_reason,

        -- numbers
        employees,
        annual_revenue,
        potential_estimate,
        influence_manual,

        -- booleans
        sales_signed_off,
        marketing_signed_off,

        -- dates
        influence_date,
        mqa_answered_on,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
