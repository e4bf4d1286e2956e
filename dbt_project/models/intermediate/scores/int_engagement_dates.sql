{# The engagement of today is that of the last day on which anybody did
   anything, or of Monday, when decay moves: on other nights this stays the
   same, and so does what is made from it. #}
with

build_context as (
    select
        as_of_date,
        cast({{ dbt.date_trunc('week', 'as_of_date') }} as date) as decay_date
    from {{ ref('stg_ops__build_context') }}
),

last_activity as (
    select max(daily.activity_date) as activity_date
    from {{ ref('int_activities_daily') }} as daily
    where
        daily.activity_date
        <= (select build_context.as_of_date from build_context)
),

dates as (
    select
        greatest(build_context.decay_date, last_activity.activity_date)
            as as_of_date
    from build_context
    cross join last_activity
)

select * from dates
