{# People a mail reached in a month, and those of them who opened or followed
   one: a rate over people, for mails name no earlier mail they belong to. #}
with

months as (
    select month_start, last_day from {{ ref('int_metric_months') }}
),

bounds as (
    select min(month_start) as first_day, max(last_day) as last_day from months
),

mail_days as (
    select
        events.recipient_email,
        events.activity_date,
        max(case when events.event_type = 'delivered' then 1 else 0 end)
            as is_reached,
        max(case when events.event_type = 'open' then 1 else 0 end)
            as has_opened,
        max(case when events.event_type = 'click' then 1 else 0 end)
            as has_clicked
    from {{ ref('stg_hubspot__email_events') }} as events
    cross join bounds
    where
        events.event_type in ('delivered', 'open', 'click')
        and not events.is_filtered
        and not events.is_deleted
        and events.activity_date >= bounds.first_day
        and events.activity_date <= bounds.last_day
    group by events.recipient_email, events.activity_date
),

people as (
    select person_id, account_id, email from {{ ref('int_people') }}
    where account_id is not null and email is not null
),

periods as (
    select account_id, style, first_day, end_day
    from {{ ref('int_style_periods') }}
),

per_person as (
    select
        periods.style,
        cast({{ dbt.date_trunc('month', 'mail_days.activity_date') }} as date)
            as month_start,
        people.person_id,
        max(mail_days.is_reached) as is_reached,
        max(mail_days.has_opened) as has_opened,
        max(mail_days.has_clicked) as has_clicked
    from mail_days
    inner join people on mail_days.recipient_email = people.email
    inner join periods
        on
            people.account_id = periods.account_id
            and mail_days.activity_date >= periods.first_day
            and mail_days.activity_date < periods.end_day
    group by
        periods.style,
        cast({{ dbt.date_trunc('month', 'mail_days.activity_date') }} as date),
        people.person_id
),

per_style as (
    select
        style,
        month_start,
        count(*) as people_mailed,
        sum(has_opened) as people_opened,
        sum(has_clicked) as people_clicked
    from per_person
    where is_reached = 1
    group by style, month_start
)

select * from per_style
