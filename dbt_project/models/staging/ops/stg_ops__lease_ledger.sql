with

source as (
    select * from {{ source('ops', 'lease_ledger') }}
),

renamed as (
    select
        lease_id,
        valid_from,
        valid_to,
        account_id,
        style,
        trigger,
        starts_on,
        ends_on,
        renewals,
        release_id
    from source
)

select * from renamed
