with

source as (
    select * from {{ source('ops', 'wave_ledger') }}
),

renamed as (
    select
        account_id,
        valid_from,
        valid_to,
        wave_id,
        starts_on,
        ends_on,
        release_id
    from source
)

select * from renamed
