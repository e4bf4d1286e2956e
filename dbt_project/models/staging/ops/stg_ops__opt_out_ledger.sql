with

source as (
    select * from {{ source('ops', 'opt_out_ledger') }}
),

renamed as (
    select
        person_id,
        valid_from,
        valid_to,
        status,
        source,
        denied_on,
        release_id
    from source
)

select * from renamed
