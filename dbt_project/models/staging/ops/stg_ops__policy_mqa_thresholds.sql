with

source as (
    select * from {{ source('ops', 'policy_mqa_thresholds') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.style,
        source.employees_from,
        source.employees_below,
        source.minutes,
        source.people
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
