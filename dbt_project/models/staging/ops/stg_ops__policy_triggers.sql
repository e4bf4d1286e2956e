with

source as (
    select * from {{ source('ops', 'policy_triggers') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.trigger_name,
        source.label,
        source.priority,
        source.activity_type,
        source.activities,
        source.people,
        source.window_days
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
