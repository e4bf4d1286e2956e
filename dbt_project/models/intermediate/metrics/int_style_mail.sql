{% set counts = ['people_mailed', 'people_opened', 'people_clicked'] %}

{# People a mail reached in a month, and those of them who opened or followed
   one: a rate over people, for mails name no earlier mail they belong to.
   Months of one style are added up, others looked at by the day. #}
with

months as (
    select month_start, counted_to from {{ ref('int_counted_months') }}
),

mailed_months as (
    select mailed.*, months.counted_to
    from {{ ref('int_mailed_months') }} as mailed
    inner join months on mailed.month_start = months.month_start
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

of_one_style as (
    select mailed_months.*, periods.style
    from mailed_months
    inner join periods
        on
            mailed_months.account_id = periods.account_id
            and mailed_months.first_mail_day >= periods.first_day
            and mailed_months.last_mail_day < periods.end_day
    where mailed_months.last_mail_day <= mailed_months.counted_to
),

others as (
    select
        mailed_months.account_id,
        mailed_months.month_start,
        mailed_months.counted_to
    from mailed_months
    left join of_one_style
        on
            mailed_months.account_id = of_one_style.account_id
            and mailed_months.month_start = of_one_style.month_start
    where of_one_style.account_id is null
),

styled_days as (
    select mail_days.*, periods.style
    from others
    inner join {{ ref('int_mail_days') }} as mail_days
        on
            others.account_id = mail_days.account_id
            and others.month_start = mail_days.month_start
            and others.counted_to >= mail_days.activity_date
    inner join periods
        on
            mail_days.account_id = periods.account_id
            and mail_days.activity_date >= periods.first_day
            and mail_days.activity_date < periods.end_day
),

of_several_styles as (
    {{ mail_by(['style', 'month_start', 'account_id'], 'styled_days') }}
),

per_account as (
    select style, month_start, {{ counts | join(', ') }} from of_one_style
    union all
    select style, month_start, {{ counts | join(', ') }} from of_several_styles
),

per_style as (
    select
        {% for count in counts -%}
        sum({{ count }}) as {{ count }},
        {% endfor -%}
        style,
        month_start
    from per_account
    where people_mailed > 0
    group by style, month_start
)

select * from per_style
