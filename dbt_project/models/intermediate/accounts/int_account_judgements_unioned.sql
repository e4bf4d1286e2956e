{{ config(materialized='view') }}

with

unioned as (
    select
        {{ record_key('salesforce', 'account_id') }} as record_key,
        imperative,
        technologies,
        incumbent,
        reference_status,
        partner_role,
        influence_manual,
        influence_author,
        influence_date,
        mqa_answer,
        mqa_answer_reason,
        mqa_answered_on,
        sales_signed_off,
        marketing_signed_off,
        created_at
    from {{ ref('stg_salesforce__accounts') }}
    union all
    select
        {{ record_key('hubspot', 'company_id') }} as record_key,
        imperative,
        technologies,
        incumbent,
        reference_status,
        partner_role,
        influence_manual,
        influence_author,
        influence_date,
        mqa_answer,
        mqa_answer_reason,
        mqa_answered_on,
        sales_signed_off,
        marketing_signed_off,
        created_at
    from {{ ref('stg_hubspot__companies') }}
    union all
    select
        {{ record_key('files', 'account_id') }} as record_key,
        imperative,
        technologies,
        incumbent,
        reference_status,
        partner_role,
        influence_manual,
        influence_author,
        influence_date,
        mqa_answer,
        mqa_answer_reason,
        mqa_answered_on,
        sales_signed_off,
        marketing_signed_off,
        null as created_at
    from {{ ref('stg_files__accounts') }}
)

select * from unioned
