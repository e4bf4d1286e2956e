with

source as (
    select * from {{ source('raw_hubspot', 'company') }}
),

renamed as (
    select
        -- ids
        id as company_id,
        parent_company_id,
        owner_id,

        -- text
        {{ single_blanks('name') }} as company_name,
        {{ normalised_host("coalesce(nullif(trim(domain), ''), website)") }}
            as website_host,
        {{ blank_to_null('industry') }} as industry,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('country') }} as country,
        {{ blank_to_null('lifecycle_stage') }} as lifecycle_stage,
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
        created_at,
        updated_at,
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
