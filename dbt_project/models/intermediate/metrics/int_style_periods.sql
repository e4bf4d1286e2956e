{# Every day belongs to one style: before an account's first ledger row, when
   nothing was decided yet, it is given the style it has now. #}
with

history as (
    select account_id, effective_style, valid_from, valid_to
    from {{ ref('int_style_history') }}
),

styles as (
    select account_id, effective_style from {{ ref('int_account_styles') }}
),

first_days as (
    select account_id, min(valid_from) as first_day
    from history
    group by account_id
),

periods as (
    select
        account_id,
        effective_style as style,
        valid_from as first_day,
        coalesce(valid_to, cast('9999-12-31' as date)) as end_day
    from history
    union all
    select
        styles.account_id,
        styles.effective_style as style,
        cast('0001-01-01' as date) as first_day,
        first_days.first_day as end_day
    from styles
    inner join first_days on styles.account_id = first_days.account_id
)

select * from periods
where first_day < end_day
