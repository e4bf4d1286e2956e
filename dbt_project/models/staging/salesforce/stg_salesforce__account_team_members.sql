with

source as (
    select * from {{ source('raw_salesforce', 'account_team_member') }}
),

renamed as (
    select
        -- ids
        id as account_team_member_id,
        account_id,
        user_id,

        -- text
        {{ comparable_text('team_member_role') }} as team_role,

        -- timestamps
        _landed_at as landed_at
    from source
    where not coalesce(_is_deleted, false)
)

select * from renamed
