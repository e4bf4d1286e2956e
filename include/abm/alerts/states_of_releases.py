"""A release that yesterday's still stands in for."""

# A build of hours is one that ended without a word: its process was killed.
NOT_PUBLISHED = """
select
    'release' as subject,
    release_id || case status
        when 'held' then ' is held: '
        when 'rejected' then ' was rejected: '
        else ' was never finished: its build ended without a word'
    end || coalesce(reason, '') || ' What was published before stays.' as what,
    status as digest,
    coalesce(decided_at, started_at) as since,
    null::bigint as rows_affected,
    array[release_id] as row_keys
from (select * from ops.releases order by started_at desc limit 1) as latest
where status in ('held', 'rejected') or (status = 'building' and started_at < now() - interval '24 hours')
"""
