with

source as (
    select * from {{ source('ops', 'override_ledger') }}
),

renamed as (
    select
        override_id,
        valid_from,
        valid_to,
        account_id,
        style,
        kind,
        author,
        reason,
        origin,
        source,
        record_id,
        starts_on,
        ends_on,
        release_id
    from source
)

select * from renamed
