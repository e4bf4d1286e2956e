{# Factor engagement: how much time (depth), how many people (breadth), what was worked on together (collaboration). #}
{% macro engagement_scores(dates) -%}
with

accounts as (
    select account_id from {{ ref('int_accounts') }}
),

people as (
    select person_id, seniority from {{ ref('int_people') }}
),

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
        daily.minutes
    from {{ ref('int_activities_daily') }} as daily
    left join not_buyers on daily.person_id = not_buyers.person_id
    where daily.account_id is not null and not_buyers.person_id is null
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
        {{ policy_number('engagement.saturation_collaboration') }}
            as saturation_collaboration,
        {{ policy_number('engagement.breadth_share') }} as breadth_share,
        {{ policy_number('engagement.collaboration_share') }}
            as collaboration_share,
        cast({{ policy_number('engagement.window_days') }} as integer)
            as window_days
),

{# Decay moves on Mondays: a night on which nobody did anything changes no
   score, and so sends nothing to the CRM. #}
mondays as (
    select
        as_of_date,
        cast({{ dbt.date_trunc('week', 'as_of_date') }} as date) as decay_date
    from {{ dates }}
),

anchor as (
    select
        mondays.as_of_date,
        mondays.decay_date,
        cast({{ dbt.dateadd(
            'day', '-settings.window_days', 'mondays.decay_date'
        ) }} as date) as window_start
    from mondays
    cross join settings
),

weights as (
    select
        people.person_id,
        seniorities.multiplier
    from people
    inner join seniorities on people.seniority = seniorities.seniority
),

{# Ten-thousandths of a minute, since whole numbers add up to the same sum in
   every order and faster than decimals. #}
weighted as (
    select
        activities.account_id,
        activities.person_id,
        activity_types.is_offline,
        activities.activity_type = 'collaboration' as is_collaboration,
        cast(round(
            10000 * activities.minutes
            * coalesce(weights.multiplier, others.multiplier)
            * power(
                0.5,
                greatest({{ dbt.datediff(
                    'activities.activity_date', 'anchor.decay_date', 'day'
                ) }}, 0) / activity_types.half_life_days
            )
        ) as bigint) as minute_parts
    from activities
    inner join anchor
        on
            activities.activity_date > anchor.window_start
            and activities.activity_date <= anchor.as_of_date
    inner join activity_types
        on activities.activity_type = activity_types.activity_type
    left join weights on activities.person_id = weights.person_id
    left join seniorities as others on others.seniority = 'other'
),

per_person as (
    select
        account_id,
        person_id,
        sum(minute_parts) as minute_parts,
        sum(case when is_collaboration then minute_parts else 0 end)
            as collaboration_parts,
        max(case when is_offline then 0 else 1 end) as digital,
        max(case when is_offline then 1 else 0 end) as offline
    from weighted
    group by account_id, person_id
),

summed as (
    select
        account_id,
        sum(minute_parts) / 10000 as minutes,
        sum(collaboration_parts) / 10000 as collaboration_minutes,
        count(person_id) as people,
        max(digital) = 1 as has_digital,
        max(offline) = 1 as has_offline
    from per_person
    group by account_id
),

scored as (
    select
        accounts.account_id,
        settings.window_days,
        summed.account_id is not null as is_known,
        summed.minutes,
        summed.collaboration_minutes,
        summed.people,
        summed.has_offline,
        coalesce(summed.has_digital, false) as has_digital,
        case
            when summed.account_id is not null
                then {{ points(
                    '100 * (1 - settings.breadth_share'
                    ~ ' - settings.collaboration_share)'
                    ~ ' * least(summed.minutes / settings.saturation_minutes, 1)'
                    ~ ' + 100 * settings.collaboration_share'
                    ~ ' * least(summed.collaboration_minutes'
                    ~ ' / settings.saturation_collaboration, 1)'
                    ~ ' + 100 * settings.breadth_share'
                    ~ ' * least(summed.people / settings.saturation_people, 1)'
                ) }}
        end as score
    from accounts
    cross join settings
    left join summed on accounts.account_id = summed.account_id
),

with_reasons as (
    select
        account_id,
        has_digital,
        score,
        case
            when not is_known then {{ dbt.concat([
                "'no contact known in '", 'window_days', "' days'",
            ]) }}
            else {{ dbt.concat([
                "'engaged '",
                "case when minutes < 0.5 then 'under 1 weighted minute'"
                ~ " else " ~ dbt.concat([
                    only_where_weak('score'),
                    'cast(round(minutes, 0) as bigint)',
                    "' weighted minutes'",
                ]) ~ " end",
                "', '", 'people',
                "case when people = 1 then ' person' else ' people' end",
                "case when collaboration_minutes > 0 then "
                ~ dbt.concat([
                    "', '",
                    'cast(ceil(collaboration_minutes) as bigint)',
                    "' of them working together'",
                ]) ~ " else '' end",
                "case when has_offline and not has_digital"
                ~ " then ', offline only' else '' end",
            ]) }}
        end as reason
    from scored
)

select * from with_reasons
{%- endmacro %}
