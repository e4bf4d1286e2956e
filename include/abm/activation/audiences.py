"""Audiences as platforms count them: ids, sizes and statuses, kept because members cannot be read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.destinations import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from abm.destinations import Audience

REMOVED = "REMOVED"
_STORE = """
insert into ops.sync_audiences as audiences
    (destination, audience, remote_id, status, audience_size, matched_count, match_rate, read_at)
values (%s, %s, %s, %s, %s, %s, %s, now())
on conflict (destination, audience) do update
set
    remote_id = coalesce(excluded.remote_id, audiences.remote_id), status = excluded.status,
    audience_size = excluded.audience_size, matched_count = excluded.matched_count, match_rate = excluded.match_rate,
    read_at = now()
"""
# One row an audience and day, the day's last reading: the members are those acknowledged when it was read.
_NOTE_SIZES = """
insert into ops.audience_sizes as sizes (
    destination, audience, read_on, read_at, remote_id, status, members, audience_size, matched_count, match_rate,
    style, expected_size, minimum
)
select
    read.destination, read.audience, cast(read.read_at as date), read.read_at, read.remote_id, read.status,
    coalesce(held.members, 0), read.audience_size, read.matched_count, read.match_rate, planned.style,
    planned.expected_size, planned.minimum
from ops.sync_audiences as read
left join (
    select split_part(object_key, '/', 1) as audience, count(*) as members
    from ops.sync_state
    where destination = %(destination)s and payload_hash is not null
    group by 1
) as held using (audience)
left join (
    select distinct on (audience) audience, style, expected_size, minimum
    from ops.audience_forecasts
    where destination = %(destination)s
    order by audience, planned_at desc
) as planned using (audience)
where read.destination = %(destination)s
on conflict (destination, audience, read_on) do update
set
    read_at = excluded.read_at, remote_id = excluded.remote_id, status = excluded.status, members = excluded.members,
    audience_size = excluded.audience_size, matched_count = excluded.matched_count, match_rate = excluded.match_rate,
    style = excluded.style, expected_size = excluded.expected_size, minimum = excluded.minimum
"""
# An audience deleted on the platform, or made anew there, holds nobody: what was acknowledged is uncertain again.
_DOUBT = """
update ops.sync_state as state set payload_hash = null
from unnest(%(audiences)s::text[], %(remote_ids)s::text[], %(statuses)s::text[]) as found (audience, remote_id, status)
join ops.sync_audiences as known on known.destination = %(destination)s and known.audience = found.audience
where
    state.destination = %(destination)s and split_part(state.object_key, '/', 1) = found.audience
    and (found.status = %(missing)s or (known.remote_id <> found.remote_id))
"""


def store_audiences(connection: psycopg.Connection, destination: str, audiences: Sequence[Audience]) -> None:
    """Note what was read or prepared; one that is gone, or was made anew, is filled again."""
    connection.execute(
        _DOUBT,
        {
            "destination": destination,
            "audiences": [found.name for found in audiences],
            "remote_ids": [found.remote_id for found in audiences],
            "statuses": [found.status for found in audiences],
            "missing": MISSING,
        },
    )
    _store(connection, destination, audiences)


def store_written(connection: psycopg.Connection, destination: str, audience: Audience) -> None:
    """Note an audience that was just written whole, be it another one there now; one that was removed is forgotten."""
    if audience.status == REMOVED:
        connection.execute(
            "delete from ops.sync_audiences where destination = %s and audience = %s", [destination, audience.name]
        )
    else:
        _store(connection, destination, [audience])


def _store(connection: psycopg.Connection, destination: str, audiences: Sequence[Audience]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            _STORE,
            [
                (
                    destination,
                    found.name,
                    found.remote_id,
                    found.status,
                    found.audience_size,
                    found.matched_count,
                    found.match_rate,
                )
                for found in audiences
            ],
        )


def note_sizes(connection: psycopg.Connection, destination: str) -> None:
    """Add what was read back today to the history of sizes; safe to repeat."""
    connection.execute(_NOTE_SIZES, {"destination": destination})


def known_audiences(connection: psycopg.Connection, destination: str) -> Sequence[str]:
    """Return the names of audiences that hold members, or that were created once."""
    rows = connection.execute(
        "select audience from ops.sync_audiences where destination = %(destination)s"
        " union select distinct split_part(object_key, '/', 1) from ops.sync_state where destination = %(destination)s"
        " order by 1",
        {"destination": destination},
    ).fetchall()
    return [name for (name,) in rows]
