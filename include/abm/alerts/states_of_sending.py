"""Destinations whose runs did not go through, and rows that wait."""

# A run that has been sending for hours lost its process.
NOT_FINISHED = """
select
    destination as subject,
    'its latest run ' || latest_run_id || case latest_status
        when 'failed' then ' failed'
        when 'abandoned' then ' was given up for a later one'
        else ' never ended'
    end || '; ' || coalesce(
        'one last went through at ' || to_char(last_success_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC',
        'none has ever gone through'
    ) as what,
    latest_status as digest,
    latest_planned_at as since,
    rows_failed as rows_affected,
    array[]::text[] as row_keys
from ops_marts.fct_sync_health
where
    latest_status in ('failed', 'abandoned')
    or (latest_status = 'sending' and latest_planned_at < now() - interval '6 hours')
"""

HELD = """
select
    health.destination as subject,
    'nothing of its run ' || health.latest_run_id || ' was sent: '
        || coalesce(left(replace(runs.guard_reason, chr(10), ' '), 500), 'no reason is known') as what,
    'held' as digest,
    health.latest_planned_at as since,
    health.rows_held as rows_affected,
    array(
        select changes.object_key from ops.sync_changes as changes
        where changes.run_id = health.latest_run_id and changes.outcome = 'held'
        order by changes.object_key limit 5
    ) as row_keys
from ops_marts.fct_sync_health as health
inner join ops.sync_runs as runs on runs.run_id = health.latest_run_id
where health.latest_status = 'held'
"""

# New refusals are news; rows of before that were mended meanwhile are not.
REFUSED = """
select
    destination || ' ' || coalesce(reason_code, 'without a code') as subject,
    count(*) || ' rows are refused, ' || count(*) filter (where last_tried_at >= newest - interval '12 hours')
        || ' of them in the latest run that met any' as what,
    newest::text as digest,
    min(last_tried_at) as since,
    count(*) as rows_affected,
    (array_agg(object_key order by last_tried_at desc, object_key))[:5] as row_keys
from (
    select *, max(last_tried_at) over (partition by destination, reason_code) as newest
    from ops_marts.fct_sync_waiting_rows
    where waits_as = 'refused'
) as refused
group by destination, reason_code, newest
"""

# From the third night on it is no longer a passing fault.
FAILING = """
select
    destination || ' ' || coalesce(reason_code, 'without a code') as subject,
    count(*) || ' rows failed in ' || min(failed_runs) || ' to ' || max(failed_runs) || ' runs in a row' as what,
    sum(hashtextextended(object_key, 0))::text as digest,
    min(last_tried_at) as since,
    count(*) as rows_affected,
    (array_agg(object_key order by failed_runs desc, object_key))[:5] as row_keys
from ops_marts.fct_sync_waiting_rows
where waits_as = 'failed' and failed_runs >= 3
group by destination, reason_code
"""

EDITED = """
select
    destination as subject,
    count(distinct object_key) || ' records have a field of ours that was edited by hand: '
        || count(*) filter (where decision = 'respected') || ' respected, '
        || count(*) filter (where decision = 'restored') || ' put back, '
        || count(*) filter (where decision = 'reported') || ' only reported' as what,
    max(found_at)::text as digest,
    min(found_at) as since,
    count(distinct object_key) as rows_affected,
    (
        select array_agg(object_key order by newest desc, object_key)
        from (
            select object_key, max(found_at) as newest
            from ops.field_edits as open_edits
            where open_edits.destination = edits.destination and open_edits.ended_at is null
            group by object_key
            order by newest desc, object_key
            limit 5
        ) as records
    ) as row_keys
from ops.field_edits as edits
where ended_at is null
group by destination
"""
