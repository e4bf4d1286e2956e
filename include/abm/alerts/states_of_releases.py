"""Releases that yesterday's still stands in for, and what waits for a person."""

# A build of hours is one that ended without a word: its process was killed.
NOT_PUBLISHED = """
select
    'release' as subject,
    release_id || case status
        when 'held' then ' is held: '
        when 'rejected' then ' was rejected: '
        else ' was never finished: its build ended without a word'
    end || coalesce(rtrim(left(replace(reason, chr(10), ' '), 300), '. '), '') || '. What was published before stays.'
        as what,
    status as digest,
    coalesce(decided_at, started_at) as since,
    null::bigint as rows_affected,
    array[release_id] as row_keys
from (select * from ops.releases order by started_at desc limit 1) as latest
where status in ('held', 'rejected') or (status = 'building' and started_at < now() - interval '24 hours')
"""

# A question is closed after 20 hours; one that is open for longer lost its Airflow.
WAITING = """
select
    approvals.key as subject,
    approvals.subject || ' ' || left(coalesce(verdicts.told, split_part(approvals.summary, chr(10), 1)), 500) as what,
    approvals.asked_at::text as digest,
    approvals.asked_at as since,
    null::bigint as rows_affected,
    array[]::text[] as row_keys
from ops.approvals as approvals
left join ops.sync_verdicts as verdicts on verdicts.run_id = approvals.key
where approvals.answered_at is null and approvals.asked_at > now() - interval '21 hours'
"""
