with

source as (
    select * from {{ source('ops', 'input_ledger') }}
),

renamed as (
    select
        account_id,
        valid_from,
        valid_to,
        value_band,
        annual_potential,
        potential_method,
        account_score,
        revenue_potential_score,
        strategic_fit_score,
        influence_score,
        engagement_score,
        cltv_score,
        is_customer,
        proposed_style,
        reason_code,
        reason,
        score_reasons,
        policy_version,
        release_id
    from source
)

select * from renamed
