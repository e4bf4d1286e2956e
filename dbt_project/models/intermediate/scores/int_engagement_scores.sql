with

accounts as (
    select account_id from {{ ref('int_accounts') }}
),

people as (
    select person_id, seniority from {{ ref('int_people') }}
),

activities as (
    select account_id, person_id, activity_type, activity_date, minutes
    from {{ ref('int_activities_daily') }}
    where account_id is not null
),

activity_types as (
    select activity_type, half_life_days, is_offline
    from {{ ref('stg_ops__policy_activities') }}
),

seniorities as (
    select seniority, multiplier
    from {{ ref('stg_ops__policy_seniorities') }}
),

settings as (
    select
        {{ policy_number('engagement.saturation_minutes') }}
            as saturation_minutes,
        {{ policy_number('engagement.saturation_people') }}
            as saturation_people,
        {{ policy_number('engagement.breadth_share') }} as breadth_share,
        cast({{ policy_number('engagement.window_days') }} as integer)
            as window_days
),

{# Decay moves on Mondays: a night on which nobody did anything changes no
   score, and so sends nothing to the CRM. #}
anchor as (
    select
        as_of_date,
        cast({{ dbt.date_trunc('week', 'as_of_date') }} as date) as decay_date
    from {{ ref('stg_ops__build_context') }}
),

in_window as (
    select
        activities.account_id,
        activities.person_id,
        activities.activity_type,
        activities.minutes,
        greatest({{ dbt.datediff(
            'activities.activity_date', 'anchor.decay_date', 'day'
        ) }}, 0) as age_days
    from activities
    cross join anchor
    cross join settings
    where
        activities.activity_date <= anchor.as_of_date
        and {{ dbt.datediff(
            'activities.activity_date', 'anchor.decay_date', 'day'
        ) }} < settings.window_days
),

weighted as (
    select
        in_window.account_id,
        in_window.person_id,
        activity_types.is_offline,
        cast(
            in_window.minutes
            * coalesce(seniorities.multiplier, others.multiplier)
            * power(0.5, in_window.age_days / activity_types.half_life_days)
            as decimal(18, 4)
        ) as minutes
    from in_window
    inner join activity_types
        on in_window.activity_type = activity_types.activity_type
    left join people on in_window.person_id = people.person_id
    left join seniorities on people.seniority = seniorities.seniority
    left join seniorities as others on others.seniority = 'other'
),

summed as (
    select
        account_id,
        sum(minutes) as minutes,
        count(distinct person_id) as people,
        max(case when is_offline then 0 else 1 end) = 1 as has_digital,
        max(case when is_offline then 1 else 0 end) = 1 as has_offline
    from weighted
    group by account_id
),

scored as (
    select
        accounts.account_id,
        coalesce(summed.has_digital, false) as has_digital,
        case
            when summed.account_id is not null
                then {{ points(
                    '100 * (1 - settings.breadth_share)'
                    ~ ' * least(summed.minutes / settings.saturation_minutes, 1)'
                    ~ ' + 100 * settings.breadth_share'
                    ~ ' * least(summed.people / settings.saturation_people, 1)'
                ) }}
        end as score,
        case
            when summed.account_id is null then {{ dbt.concat([
                "'no contact known in '", 'settings.window_days', "' days'",
            ]) }}
            else {{ dbt.concat([
                "'engaged '", 'cast(round(summed.minutes, 0) as bigint)',
                "' weighted minutes, '", 'summed.people',
                "case when summed.people = 1 then ' person' else ' people' end",
                "case when summed.has_offline and not summed.has_digital"
                ~ " then ', offline only' else '' end",
            ]) }}
        end as reason
    from accounts
    cross join settings
    left join summed on accounts.account_id = summed.account_id
)

select * from scored
