with

judgements as (
    select record_key, sales_signed_off, marketing_signed_off
    from {{ ref('int_account_judgements_unioned') }}
    where sales_signed_off is not null or marketing_signed_off is not null
),

records as (
    select record_key, account_id from {{ ref('int_account_records') }}
),

{# An unticked box of a duplicate takes nobody's word back. #}
signed as (
    select
        records.account_id,
        max(
            case
                when judgements.sales_signed_off then 1
                when not judgements.sales_signed_off then 0
            end
        ) = 1 as sales_signed_off,
        max(
            case
                when judgements.marketing_signed_off then 1
                when not judgements.marketing_signed_off then 0
            end
        ) = 1 as marketing_signed_off
    from judgements
    inner join records on judgements.record_key = records.record_key
    group by records.account_id
)

select * from signed
