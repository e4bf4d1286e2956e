{{ config(materialized='view') }}

{% set judgements = [
    'imperative', 'technologies', 'incumbent', 'reference_status',
    'partner_role', 'influence_manual', 'influence_author', 'influence_date',
    'mqa_answer', 'mqa_answer_reason', 'mqa_answered_on', 'sales_signed_off',
    'marketing_signed_off',
] -%}
with

unioned as (
    {% for source, key, created_at, accounts in [
        (
            'salesforce', 'account_id', 'created_at',
            ref('stg_salesforce__accounts'),
        ),
        (
            'hubspot', 'company_id', 'created_at',
            ref('stg_hubspot__companies'),
        ),
        ('files', 'account_id', 'null', ref('stg_files__accounts')),
    ] -%}
    select
        {{ record_key(source, key) }} as record_key,
        {{ judgements | join(', ') }},
        {{ created_at }} as created_at
    from {{ accounts }}
    {{ "union all" if not loop.last }}
    {% endfor -%}
)

select * from unioned
