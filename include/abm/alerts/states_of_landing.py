"""Sources that did not land, and figures that checks warn of."""

# The reason names expectations and figures, which differ nightly: what stays held is not told again.
HELD = """
select
    batches.source as subject,
    'its deliveries are held back by their checks. '
        || coalesce(max(batches.reason) filter (where batches.is_latest), 'No reason is known.') as what,
    'held' as digest,
    min(batches.staged_at) as since,
    null::bigint as rows_affected,
    array_agg(distinct batches.entity) filter (where batches.is_latest) as row_keys
from (
    select *, dense_rank() over (partition by source order by staged_on desc) = 1 as is_latest
    from (
        select *, max(staged_at) over (partition by source, batch_id) as staged_on
        from ops.landing_batches
    ) as staged
) as batches
where
    batches.status = 'held'
    and not exists (
        select 1 from ops.landing_batches as merged
        where merged.source = batches.source and merged.status = 'merged' and merged.staged_at > batches.staged_at
    )
group by batches.source
having bool_or(batches.is_latest)
"""

# A source that landed on several nights of a fortnight is one that lands nightly; files loaded once by hand are not.
STALE = """
select
    source as subject,
    'nothing has landed since ' || to_char(max(merged_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
    || ' UTC; the nights since ran on its old data' as what,
    'stale' as digest,
    max(merged_at) as since,
    null::bigint as rows_affected,
    array[]::text[] as row_keys
from ops.landing_batches
where status = 'merged' and merged_at > now() - interval '14 days'
group by source
having max(merged_at) < now() - interval '36 hours' and count(distinct batch_id) >= 3
"""

# Of each subject the latest run counts; what stops is told by what it stopped.
WARNING = """
select
    subject || ': ' || min(description) as subject,
    'observed ' || coalesce(min(observed), 'nothing') || ', expected ' || coalesce(min(expected), 'something') as what,
    'warns' as digest,
    max(checked_at) as since,
    null::bigint as rows_affected,
    array[]::text[] as row_keys
from (
    select
        *, dense_rank() over (partition by check_name, subject order by checked_on desc) as age
    from (
        select *, max(checked_at) over (partition by check_name, subject, run_id) as checked_on
        from ops.check_results
    ) as dated
) as results
where age = 1 and severity = 'warn' and not success
group by check_name, subject, expectation, description
"""
