{# What an account's people had to bear in the window, one row per person. #}
with

touch_types as (
    select activity_type, counted from {{ ref('touch_types') }}
),

window_days as (
    select
        as_of_date,
        cast(
            {{ dbt.dateadd(
                'day',
                "-1 * cast(" ~ policy_number('contact_pressure.window_days')
                ~ " as integer)",
                'as_of_date',
            ) }} as date
        ) as starts_after
    from {{ ref('stg_ops__build_context') }}
),

touches as (
    select
        activities.account_id,
        activities.person_id,
        sum(case
            when touch_types.counted = 'day' then 1
            else activities.activities
        end) as touches
    from {{ ref('int_activities_daily') }} as activities
    inner join touch_types
        on activities.activity_type = touch_types.activity_type
    cross join window_days
    where
        activities.account_id is not null
        and activities.person_id is not null
        and activities.activity_date > window_days.starts_after
        and activities.activity_date <= window_days.as_of_date
    group by activities.account_id, activities.person_id
)

select * from touches
