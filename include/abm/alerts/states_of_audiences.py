"""Audiences that do not serve, or that lost their people on the platform."""

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
