with

source as (
    select * from {{ source('ops', 'policy_programme_rules') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.programme,
        source.attribute,
        source.value_text,
        source.value_from,
        source.value_below
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
