with

source as (
    select * from {{ source('ops', 'policy_experiments') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.experiment,
        source.label,
        source.style,
        source.design,
        source.holdout_share,
        source.step_days,
        source.clusters_per_step,
        source.baseline_rate,
        source.detectable_lift,
        source.starts_on,
        source.ends_on
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
