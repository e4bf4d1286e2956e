with

signals as (
    select account_id, rule, minutes, people from {{ ref('int_mqa_signals') }}
),

exclusions as (
    select account_id from {{ ref('int_mqa_exclusions') }}
),

met as (
    select signals.*
    from signals
    left join exclusions on signals.account_id = exclusions.account_id
    where exclusions.account_id is null
)

select * from met
