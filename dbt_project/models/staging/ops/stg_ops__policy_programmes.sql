with

source as (
    select * from {{ source('ops', 'policy_programmes') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.programme,
        source.label,
        source.priority,
        source.starts_on,
        source.ends_on,
        source.seats
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
