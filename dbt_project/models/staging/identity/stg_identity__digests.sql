with

source as (
    select * from {{ source('identity', 'identity_digests') }}
),

renamed as (
    select
        -- ids
        {{ dbt.concat(['source', "':'", 'record_id']) }} as record_key,

        -- text
        platform,
        identifier,
        digest,

        -- timestamps
        _landed_at as landed_at
    from source
)

select * from renamed
