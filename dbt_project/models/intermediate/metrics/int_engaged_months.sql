{# No as-of date enters: a night on which nobody did anything reads nothing
   again. #}
with

activities as (
    select
        account_id,
        person_id,
        activity_type,
        activity_date,
        cast({{ dbt.date_trunc('month', 'activity_date') }} as date)
            as month_start,
        activities,
        minutes
    from {{ ref('int_activities_daily') }}
    where account_id is not null
),

per_account as (
    {{ engagement_by(['account_id', 'month_start'], 'activities') }}
)

select * from per_account
