with

source as (
    select * from {{ source('ops', 'policy_consent_bases') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.destination,
        source.basis
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
