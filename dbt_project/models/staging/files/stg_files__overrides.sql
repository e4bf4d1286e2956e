with

source as (
    select * from {{ source('raw_files', 'overrides') }}
),

renamed as (
    select
        -- ids
        override_id,
        {{ blank_to_null('account_id') }} as account_id,

        -- text
        {{ normalised_host('domain') }} as domain,
        {{ blank_to_null('style') }} as style,
        nullif(lower(replace(trim(kind), ' ', '_')), '') as kind,
        {{ blank_to_null('author') }} as author,
        {{ blank_to_null('reason') }} as reason,

        -- dates
        starts_on,
        ends_on,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
