with

runs as (
    select * from {{ source('sending', 'sync_runs') }}
),

changes as (
    select run_id, operation, outcome
    from {{ source('sending', 'sync_row_states') }}
),

counted as (
    select
        run_id,
        count(case when operation = 'create' then 1 end) as creations,
        count(case when operation = 'update' then 1 end) as updates,
        count(case when operation = 'remove' then 1 end) as removals,
        count(case when outcome = 'created' then 1 end) as rows_created,
        count(case when outcome = 'updated' then 1 end) as rows_updated,
        count(case when outcome = 'removed' then 1 end) as rows_removed,
        count(case when outcome = 'unchanged' then 1 end) as rows_found,
        count(case when outcome = 'refused' then 1 end) as rows_refused,
        count(case when outcome = 'failed' then 1 end) as rows_failed,
        count(case when outcome = 'held' then 1 end) as rows_held,
        count(case when outcome is null then 1 end) as rows_open
    from changes
    group by run_id
),

told as (
    select
        runs.run_id,
        runs.destination,
        runs.release_id,
        runs.status,
        runs.guard_reason,
        runs.rows_desired,
        runs.rows_acknowledged as rows_held_before,
        runs.rows_planned,
        coalesce(counted.creations, 0) as planned_creations,
        coalesce(counted.updates, 0) as planned_updates,
        coalesce(counted.removals, 0) as planned_removals,
        coalesce(counted.rows_created, 0) as rows_created,
        coalesce(counted.rows_updated, 0) as rows_updated,
        coalesce(counted.rows_removed, 0) as rows_removed,
        runs.rows_unchanged + coalesce(counted.rows_found, 0) as rows_unchanged,
        coalesce(counted.rows_refused, 0) as rows_refused,
        coalesce(counted.rows_failed, 0) as rows_failed,
        coalesce(counted.rows_held, 0) as rows_held,
        coalesce(counted.rows_open, 0) as rows_open,
        runs.rows_withheld,
        runs.is_dry_run,
        runs.planned_at,
        runs.finished_at
    from runs
    left join counted on runs.run_id = counted.run_id
)

select * from told
