with

source as (
    select * from {{ source('ops', 'policy_suppressed_accounts') }}
),

build as (
    select policy_version from {{ ref('stg_ops__build_context') }}
),

renamed as (
    select
        source.account_id
    from source
    inner join build on source.policy_version = build.policy_version
)

select * from renamed
