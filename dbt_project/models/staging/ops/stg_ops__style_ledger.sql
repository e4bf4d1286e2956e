with

source as (
    select * from {{ source('ops', 'style_ledger') }}
),

renamed as (
    select
        -- ids
        account_id,
        release_id,

        -- text
        effective_style,
        base_style,
        reason_code,
        reason,
        policy_version,

        -- dates
        valid_from,
        valid_to
    from source
)

select * from renamed
