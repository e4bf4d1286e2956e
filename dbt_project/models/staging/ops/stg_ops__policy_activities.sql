with

source as (
    select * from {{ source('ops', 'policy_activities') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.activity_type,
        source.minutes,
        source.use_duration,
        source.half_life_days,
        source.is_offline,
        source.label
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
