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

with_first as (
    select
        account_id,
        effective_style,
        valid_from,
        valid_to,
        min(valid_from) over (partition by account_id) as first_valid_from
    from history
),

with_current as (
    select
        with_first.*,
        styles.effective_style as current_style,
        with_first.valid_from = with_first.first_valid_from as is_first
    from with_first
    left join styles on with_first.account_id = styles.account_id
),

{# A first style that still holds reaches back by itself: one row, not two. #}
periods as (
    select
        account_id,
        effective_style as style,
        case
            when is_first and effective_style = current_style
                then cast('0001-01-01' as date)
            else valid_from
        end as first_day,
        coalesce(valid_to, cast('9999-12-31' as date)) as end_day
    from with_current
    union all
    select
        account_id,
        current_style as style,
        cast('0001-01-01' as date) as first_day,
        valid_from as end_day
    from with_current
    where is_first and effective_style <> current_style
)

select * from periods
