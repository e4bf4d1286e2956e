with

source as (
    select * from {{ source('ops', 'micro_segment_ledger') }}
),

renamed as (
    select
        account_id,
        valid_from,
        valid_to,
        micro_segment_id,
        micro_segment_number,
        industry,
        imperative,
        marketer,
        release_id
    from source
)

select * from renamed
