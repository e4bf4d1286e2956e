with

source as (
    select * from {{ source('ops', 'build_context') }}
),

renamed as (
    select
        release_id,
        policy_version,
        is_review,
        as_of_date,
        started_at
    from source
)

select * from renamed
