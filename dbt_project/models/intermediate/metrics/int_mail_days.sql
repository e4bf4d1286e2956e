with

mail_events as (
    select recipient_email, activity_date, event_type
    from {{ ref('stg_hubspot__email_events') }}
    where
        event_type in ('delivered', 'open', 'click')
        and not is_filtered
        and not is_deleted
),

people as (
    select person_id, account_id, email from {{ ref('int_people') }}
    where account_id is not null and email is not null
),

per_address as (
    select
        recipient_email,
        activity_date,
        max(case when event_type = 'delivered' then 1 else 0 end)
            as is_reached,
        max(case when event_type = 'open' then 1 else 0 end) as has_opened,
        max(case when event_type = 'click' then 1 else 0 end) as has_clicked
    from mail_events
    group by recipient_email, activity_date
),

per_person as (
    select
        people.account_id,
        people.person_id,
        per_address.activity_date,
        cast({{ dbt.date_trunc('month', 'per_address.activity_date') }} as date)
            as month_start,
        per_address.is_reached,
        per_address.has_opened,
        per_address.has_clicked
    from per_address
    inner join people on per_address.recipient_email = people.email
)

select * from per_person
