with

source as (
    select * from {{ source('ops', 'policy_pilot_domains') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.domain
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
