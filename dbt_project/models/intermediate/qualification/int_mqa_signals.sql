with

{# Our own people and competitors' are no buyers, wherever they are recorded. #}
not_buyers as (
    select distinct subject_key as person_id
    from {{ ref('int_suppressions') }}
    where subject_kind = 'person' and from_scores
),

activities as (
    select
        daily.account_id,
        daily.person_id,
        daily.activity_type,
        daily.activity_date,
        daily.activities,
        daily.minutes
    from {{ ref('int_activities_daily') }} as daily
    left join not_buyers on daily.person_id = not_buyers.person_id
    where daily.account_id is not null and not_buyers.person_id is null
),

people as (
    select person_id, seniority from {{ ref('int_people') }}
),

seniorities as (
    select seniority, multiplier
    from {{ ref('stg_ops__policy_seniorities') }}
),

triggers as (
    select trigger_name, activity_type, activities, people, window_days
    from {{ ref('stg_ops__policy_triggers') }}
),

thresholds as (
    select account_id, minutes, people from {{ ref('int_mqa_thresholds') }}
),

windows as (
    select
        as_of_date,
        {{ policy_number('mqa.window_days') }} as mqa_days,
        (select max(triggers.window_days) from triggers) as trigger_days
    from {{ ref('stg_ops__build_context') }}
),

{# Ten-thousandths of a minute: whole numbers add up to the same sum in every
   order. An age of 0 days is the as-of date's own. #}
recent as (
    select
        activities.account_id,
        activities.person_id,
        activities.activity_type,
        activities.activities,
        {{ dbt.datediff(
            'activities.activity_date', 'windows.as_of_date', 'day'
        ) }} as age_days,
        windows.mqa_days,
        cast(round(
            10000 * activities.minutes
            * coalesce(weights.multiplier, others.multiplier)
        ) as bigint) as minute_parts
    from activities
    inner join windows
        on
            activities.activity_date <= windows.as_of_date
            and activities.activity_date > {{ dbt.dateadd(
                'day',
                '-cast(greatest(mqa_days, coalesce(trigger_days, 0))'
                ~ ' as integer)',
                'windows.as_of_date',
            ) }}
    left join people on activities.person_id = people.person_id
    left join seniorities as weights on people.seniority = weights.seniority
    left join seniorities as others on others.seniority = 'other'
),

engaged as (
    select
        recent.account_id,
        sum(recent.minute_parts) / 10000.0 as minutes,
        count(distinct recent.person_id) as people
    from recent
    where recent.age_days < recent.mqa_days
    group by recent.account_id
),

triggered as (
    select
        recent.account_id,
        triggers.trigger_name,
        triggers.activities as needed_activities,
        triggers.people as needed_people,
        sum(recent.activities) as activities,
        sum(recent.minute_parts) / 10000.0 as minutes,
        count(distinct recent.person_id) as people
    from recent
    inner join triggers
        on
            recent.activity_type = triggers.activity_type
            and recent.age_days < triggers.window_days
    group by
        recent.account_id, triggers.trigger_name, triggers.activities,
        triggers.people
),

met as (
    select
        engaged.account_id,
        'depth_and_breadth' as rule,
        engaged.minutes,
        engaged.people
    from engaged
    inner join thresholds on engaged.account_id = thresholds.account_id
    where
        engaged.minutes >= thresholds.minutes
        and engaged.people >= thresholds.people
    union all
    select account_id, trigger_name as rule, minutes, people
    from triggered
    where activities >= needed_activities and people >= needed_people
),

signals as (
    select
        account_id,
        rule,
        cast(minutes as double precision) as minutes,
        cast(people as integer) as people
    from met
)

select * from signals
