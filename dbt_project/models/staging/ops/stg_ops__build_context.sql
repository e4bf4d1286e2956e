with

source as (
    select * from {{ source('ops', 'build_context') }}
),

renamed as (
    select
        release_id,
        policy_version,
        as_of_date,
        started_at
    from source
)

select * from renamed
