with

source as (
    select * from {{ source('ops', 'policy_settings') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.setting,
        source.value_text,
        source.value_number,
        source.value_boolean
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
