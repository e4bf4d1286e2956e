with

records as (
    select said_on from {{ ref('int_consent_records') }}
),

days as (
    select distinct said_on from records
    where said_on is not null
)

select * from days
