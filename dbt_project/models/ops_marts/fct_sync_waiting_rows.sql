{# The latest run says it of what it planned; what it did not plan waits for its
   next attempt, or until its content changes. #}
with

runs as (
    select * from {{ source('sending', 'sync_runs') }}
    where not is_dry_run
),

changes as (
    select * from {{ source('sending', 'sync_row_states') }}
    where outcome in ('failed', 'held')
),

failures as (
    select * from {{ source('sending', 'sync_failures') }}
),

refusals as (
    select * from {{ source('sending', 'sync_refusals') }}
),

latest as (
    select
        run_id,
        row_number() over (
            partition by destination order by planned_at desc, run_id desc
        ) as place
    from runs
),

unsent as (
    select
        changes.destination,
        changes.object_key,
        changes.outcome as waits_as,
        changes.operation,
        changes.reason_code,
        changes.reason as platform_words,
        changes.run_id,
        failures.attempts,
        failures.next_attempt_on,
        coalesce(changes.finished_at, changes.planned_at) as last_tried_at
    from latest
    inner join changes on latest.run_id = changes.run_id
    left join failures
        on
            changes.destination = failures.destination
            and changes.object_key = failures.object_key
    where latest.place = 1
),

failed as (
    select
        failures.destination,
        failures.object_key,
        'failed' as waits_as,
        failures.operation,
        failures.reason_code,
        failures.reason as platform_words,
        failures.run_id,
        failures.attempts,
        failures.next_attempt_on,
        cast(failures.failed_on as timestamp with time zone) as last_tried_at
    from failures
    left join unsent
        on
            failures.destination = unsent.destination
            and failures.object_key = unsent.object_key
    where unsent.object_key is null
),

refused as (
    select
        refusals.destination,
        refusals.object_key,
        'refused' as waits_as,
        refusals.operation,
        refusals.reason_code,
        refusals.reason as platform_words,
        refusals.run_id,
        cast(null as integer) as attempts,
        cast(null as date) as next_attempt_on,
        refusals.refused_at as last_tried_at
    from refusals
    left join unsent
        on
            refusals.destination = unsent.destination
            and refusals.object_key = unsent.object_key
    left join failures
        on
            refusals.destination = failures.destination
            and refusals.object_key = failures.object_key
    where unsent.object_key is null and failures.object_key is null
),

waiting as (
    select * from unsent
    union all
    select * from failed
    union all
    select * from refused
),

told as (
    select
        destination,
        object_key,
        case
            when object_key like '%/%'
                then {{ before_first('object_key', ['/']) }}
        end as audience,
        waits_as,
        operation,
        reason_code,
        {{ sync_reason_in_words('waits_as', 'reason_code') }} as meaning,
        platform_words,
        run_id,
        coalesce(attempts, 0) as failed_runs,
        {{ dbt.datediff('last_tried_at', dbt.current_timestamp(), 'day') }}
            as waiting_days,
        next_attempt_on,
        last_tried_at
    from waiting
)

select * from told
