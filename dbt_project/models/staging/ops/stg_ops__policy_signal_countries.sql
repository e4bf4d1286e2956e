with

source as (
    select * from {{ source('ops', 'policy_signal_countries') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.country
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
