with

source as (
    select * from {{ source('ops', 'policy_currencies') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.currency_code,
        source.rate
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
