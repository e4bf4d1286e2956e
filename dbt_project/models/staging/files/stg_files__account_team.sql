with

source as (
    select * from {{ source('raw_files', 'account_team') }}
),

renamed as (
    select
        -- ids
        account_team_id,
        {{ blank_to_null('account_id') }} as account_id,
        {{ blank_to_null('owner_id') }} as owner_id,

        -- text
        {{ comparable_text('team_role') }} as team_role,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
