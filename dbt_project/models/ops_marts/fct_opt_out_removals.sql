{# Every membership that a person had when an opt-out became known, or has had
   since: where it still stands, and what the latest run did to end it. #}
with

opt_outs as (
    select person_id, status, denied_on, valid_from as known_on
    from {{ source('sending', 'opt_out_ledger') }}
    where valid_to is null
),

{# A row that begins on the day the one before it ends goes on with it. #}
begun as (
    select
        person_id,
        valid_from,
        lag(valid_to) over (
            partition by person_id order by valid_from
        ) as ended_before
    from {{ source('sending', 'opt_out_ledger') }}
),

{# Since the person last said no: an opt-out that was taken back is over. #}
known_since as (
    select person_id, max(valid_from) as known_on
    from begun
    where ended_before is null or ended_before < valid_from
    group by person_id
),

held as (
    select
        destination,
        object_key,
        {{ before_first('object_key', ['/']) }} as audience
    from {{ source('sending', 'sync_state') }}
    where object_key like '%/%'
),

removals as (
    select
        run_id,
        destination,
        object_key,
        audience,
        outcome,
        reason_code,
        planned_at,
        finished_at,
        row_number() over (
            partition by destination, object_key
            order by planned_at desc, run_id desc
        ) as place
    from {{ ref('fct_sync_changes') }}
    where operation = 'remove' and audience is not null and not is_dry_run
),

audiences as (
    select destination, audience, read_at
    from {{ source('sending', 'sync_audiences') }}
),

live_policy as (
    select settings.value_number as removal_days
    from {{ source('sending', 'releases') }} as releases
    inner join {{ source('sending', 'policy_settings') }} as settings
        on releases.policy_version = settings.policy_version
    where
        releases.status = 'published'
        and settings.setting = 'consent.removal_days'
),

memberships as (
    select
        destination,
        object_key,
        audience
    from held
    union
    select
        destination,
        object_key,
        audience
    from removals
),

of_people as (
    select
        memberships.destination,
        memberships.object_key,
        memberships.audience,
        substring(memberships.object_key, length(memberships.audience) + 2)
            as person_id
    from memberships
),

joined as (
    select
        of_people.person_id,
        of_people.destination,
        of_people.audience,
        opt_outs.status,
        known_since.known_on,
        coalesce(opt_outs.denied_on, known_since.known_on) as opted_out_on,
        removals.run_id as removal_run_id,
        removals.outcome,
        removals.reason_code,
        removals.finished_at as removed_at,
        held.object_key is null and coalesce(
            removals.outcome in ('removed', 'unchanged'), false
        ) as is_removed,
        coalesce(audiences.read_at >= removals.finished_at, false)
            as is_read_back
    from of_people
    inner join opt_outs on of_people.person_id = opt_outs.person_id
    inner join known_since on of_people.person_id = known_since.person_id
    left join held
        on
            of_people.destination = held.destination
            and of_people.object_key = held.object_key
    left join removals
        on
            of_people.destination = removals.destination
            and of_people.object_key = removals.object_key
            and removals.place = 1
    left join audiences
        on
            of_people.destination = audiences.destination
            and of_people.audience = audiences.audience
    where
        held.object_key is not null
        or cast(removals.planned_at as date) >= known_since.known_on
),

aged as (
    select
        joined.*,
        case
            when joined.is_removed then {{ dbt.datediff(
                'joined.known_on', 'joined.removed_at', 'day'
            ) }}
            else {{ dbt.datediff(
                'joined.known_on', dbt.current_timestamp(), 'day'
            ) }}
        end as age_days
    from joined
),

told as (
    select
        aged.person_id,
        aged.destination,
        aged.audience,
        aged.status,
        aged.opted_out_on,
        aged.known_on,
        aged.removal_run_id,
        aged.outcome,
        aged.reason_code,
        aged.removed_at,
        aged.is_removed,
        case
            when not aged.is_removed then 'not confirmed'
            when aged.is_read_back
                then 'acknowledged by the platform; audience read back since'
            else 'acknowledged by the platform'
        end as confirmed_how,
        aged.age_days,
        not aged.is_removed
        and aged.age_days > coalesce(live_policy.removal_days, 0)
            as is_escalated
    from aged
    left join live_policy on true
)

select * from told
