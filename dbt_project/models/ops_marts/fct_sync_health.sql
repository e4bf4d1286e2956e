with

runs as (
    select * from {{ source('sending', 'sync_runs') }}
    where not is_dry_run
),

waiting as (
    select * from {{ ref('fct_sync_waiting_rows') }}
),

placed as (
    select
        destination,
        run_id,
        status,
        planned_at,
        row_number() over (
            partition by destination order by planned_at desc, run_id desc
        ) as place
    from runs
),

finished as (
    select
        destination,
        max(
            {# The opt-outs before a plan go through though it is held. #}
            case
                when status = 'finished' and run_id not like '%-opt-outs'
                    then finished_at
            end
        ) as finished_at
    from runs
    group by destination
),

open_rows as (
    select
        destination,
        count(case when waits_as = 'refused' then 1 end) as refused,
        count(case when waits_as = 'failed' then 1 end) as failed,
        count(case when waits_as = 'held' then 1 end) as held,
        count(case when operation = 'remove' then 1 end) as removals,
        max(failed_runs) as most_failed_runs
    from waiting
    group by destination
),

told as (
    select
        placed.destination,
        placed.run_id as latest_run_id,
        placed.status as latest_status,
        coalesce(open_rows.refused, 0) as rows_refused,
        coalesce(open_rows.failed, 0) as rows_failed,
        coalesce(open_rows.held, 0) as rows_held,
        coalesce(open_rows.removals, 0) as removals_waiting,
        coalesce(open_rows.most_failed_runs, 0) as most_failed_runs,
        placed.planned_at as latest_planned_at,
        finished.finished_at as last_success_at
    from placed
    inner join finished on placed.destination = finished.destination
    left join open_rows on placed.destination = open_rows.destination
    where placed.place = 1
)

select * from told
