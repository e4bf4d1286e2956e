"""Audiences that do not serve, that lost their people on the platform, or that hold who should be gone."""

SMALL = """
select
    destination || ' ' || audience as subject,
    'it counts ' || audience_size || ' people of ' || members || ' members, and serves from ' || platform_minimum
        || ' on' as what,
    'small' as digest,
    read_on::timestamptz as since,
    null::bigint as rows_affected,
    array[]::text[] as row_keys
from ops_marts.fct_audience_sizes
where is_newest and is_below_minimum
"""

COLLAPSED = """
select
    sizes.destination || ' ' || sizes.audience as subject,
    case
        when sizes.status = 'MISSING' then 'the platform has it no more'
        else 'it fell from ' || sizes.size_before || ' to ' || sizes.audience_size || ' people with '
            || sizes.members || ' members in it'
    end as what,
    sizes.read_on::text as digest,
    sizes.read_on::timestamptz as since,
    null::bigint as rows_affected,
    array[]::text[] as row_keys
from ops_marts.fct_audience_sizes as sizes
inner join ops.releases as releases on releases.status = 'published'
inner join ops.policy_settings as settings
    on settings.policy_version = releases.policy_version and settings.setting = 'checks.audience_collapse.limit'
where sizes.is_newest and sizes.size_lost_share > settings.value_number
"""

# Who must leave is to be gone with the next run; a day and a half later a second one has passed. The first run since
# the platform acknowledged the member tells since when.
NOT_LEFT = """
select
    destination as subject,
    count(*) || ' members who must leave an audience are still in it, the longest for '
        || extract(day from now() - min(since)) || ' days' as what,
    sum(hashtextextended(object_key, 0))::text as digest,
    min(since) as since,
    count(*) as rows_affected,
    (array_agg(object_key order by since, object_key))[:5] as row_keys
from (
    select waiting.destination, waiting.object_key, min(runs.planned_at) as since
    from ops_marts.fct_sync_waiting_rows as waiting
    inner join ops.sync_runs as runs
        on
            runs.destination = waiting.destination and not runs.is_dry_run
            and runs.planned_at > now() - interval '90 days'
    inner join ops.sync_changes as changes
        on
            changes.run_id = runs.run_id and changes.object_key = waiting.object_key
            and changes.operation = 'remove'
    left join ops.sync_state as state
        on state.destination = waiting.destination and state.object_key = waiting.object_key
    where
        waiting.operation = 'remove' and waiting.audience is not null
        and runs.planned_at > coalesce(state.acknowledged_at, '-infinity')
    group by waiting.destination, waiting.object_key
) as removals
where since < now() - interval '36 hours'
group by destination
"""

# By the policy's consent.removal_days, of the live release.
OPT_OUT_LATE = """
select
    destination as subject,
    count(distinct person_id) || ' people opted out and may still be in an audience, the longest for '
        || max(age_days) || ' days' as what,
    sum(hashtextextended(audience || '/' || person_id, 0))::text as digest,
    min(known_on)::timestamptz as since,
    count(*) as rows_affected,
    (array_agg(audience || '/' || person_id order by age_days desc, person_id))[:5] as row_keys
from ops_marts.fct_opt_out_removals
where is_escalated
group by destination
"""
