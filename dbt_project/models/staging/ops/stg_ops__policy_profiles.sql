with

source as (
    select * from {{ source('ops', 'policy_profiles') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.profile,
        source.attribute,
        source.value_text,
        source.value_from,
        source.value_below,
        source.points
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
