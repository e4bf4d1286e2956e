{# Who is in which cluster by what they share, before leftovers. #}
with

accounts as (
    select account_id, country, last_micro_segment_id
    from {{ ref('int_micro_segment_accounts') }}
),

settled as (
    select * from {{ ref('int_micro_segment_merges') }}
),

forms as (
    select * from {{ ref('int_micro_segment_forms') }}
),

numbers as (
    select
        ledger.micro_segment_id,
        max(ledger.micro_segment_number) as micro_segment_number
    from {{ ledger_before('stg_ops__micro_segment_ledger') }} as ledger
    group by ledger.micro_segment_id
),

members as (
    select
        forms.account_id,
        forms.micro_segment_id,
        forms.industry,
        forms.imperative,
        'formed' as placement,
        forms.micro_segment_number
    from forms
    union all
    select
        settled.account_id,
        settled.micro_segment_id,
        settled.industry,
        settled.imperative,
        case
            when settled.is_guest then 'nearest'
            when settled.micro_segment_id = accounts.last_micro_segment_id
                then 'held'
            else 'joined'
        end as placement,
        numbers.micro_segment_number
    from settled
    inner join accounts on settled.account_id = accounts.account_id
    inner join numbers on settled.micro_segment_id = numbers.micro_segment_id
    left join forms on settled.account_id = forms.account_id
    where forms.account_id is null
)

select * from members
