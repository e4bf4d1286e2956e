with

source as (
    select * from {{ source('ops', 'policy_audiences') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.destination,
        source.style,
        source.audience,
        source.holds
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
