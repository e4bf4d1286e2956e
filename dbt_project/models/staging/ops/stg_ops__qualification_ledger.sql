with

source as (
    select * from {{ source('ops', 'qualification_ledger') }}
),

renamed as (
    select
        account_id,
        rule,
        valid_from,
        valid_to,
        qualified_on,
        minutes,
        people,
        sales_answer,
        sales_reason,
        release_id
    from source
)

select * from renamed
