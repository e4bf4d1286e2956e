with

source as (
    select * from {{ source('ops', 'policy_styles') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.style,
        source.style_rank,
        source.label,
        source.is_enabled,
        source.potential_from,
        source.potential_below,
        source.seats,
        source.spend_low,
        source.spend_high,
        source.planned_spend,
        source.audience_enabled,
        source.seats_per_marketer,
        source.seats_ceiling,
        source.lease_reserve,
        source.manual_seats,
        source.lease_style,
        source.needs_team,
        source.needs_sales_sign_off,
        source.needs_marketing_sign_off
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
