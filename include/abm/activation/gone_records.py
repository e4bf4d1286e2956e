"""Records deleted or merged in a CRM: what we know of them goes, or moves to the record that took them in.

Without this a removal would be sent to a record that is gone: an error each night, or worse, since HubSpot passes what
is written to a merged record on to the one that took it in, whose fields would be emptied.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from psycopg import sql

from abm.activation.landed import landed_records, raw_table
from abm.activation.runs import try_lock_destination
from abm.warehouse import connect

if TYPE_CHECKING:
    import psycopg

    from abm.activation.desired import Desired

_log = logging.getLogger(__name__)

MERGES_IN_A_ROW = 50  # records that took in one another; more is a circle

# Which records of a query are gone, and which one took each in at last.
_FIND = sql.SQL("""
create temporary table {table} on commit drop as
with recursive merged as (
    select landed.id as object_key, landed.merged_into_id as survivor, 1 as merges
    from ({query}) as named
    inner join {raw} as landed on landed.id = named.object_key
    where landed._is_deleted
    union all
    select merged.object_key, landed.merged_into_id, merged.merges + 1
    from merged
    inner join {raw} as landed on merged.survivor = landed.id
    where landed._is_deleted and landed.merged_into_id is not null and merged.merges < {merges}
)
select distinct on (object_key) object_key, survivor from merged order by object_key, merges desc
""")
_OF_STATE = sql.SQL("select object_key from ops.sync_state where destination = {destination}")
# What stands in the survivor's fields is its own, the other's or a mix: uncertain, so it is written once in full.
_MOVE = """
insert into ops.sync_state as state (destination, object_key, payload_hash, payload, run_id)
select distinct on (gone.survivor)
    lost.destination, gone.survivor, null::bigint, lost.payload, lost.run_id
from gone
inner join ops.sync_state as lost on lost.destination = %(destination)s and lost.object_key = gone.object_key
where gone.survivor is not null
order by gone.survivor, lost.acknowledged_at desc
on conflict (destination, object_key) do update set payload_hash = null
"""
_FORGET = sql.SQL(
    "delete from {table} where destination = {destination} and object_key in (select object_key from gone)"
)
_TABLES = ("sync_refusals", "sync_failures", "sync_state")
_END_EDITS = """
update ops.field_edits set ended_at = now()
where
    destination = %(destination)s and ended_at is null
    and object_key in (select object_key from gone union all select survivor from gone)
"""
# A release that was built before they landed still names them; written to, they would come back or reach a survivor.
_OF_RELEASE = sql.SQL("select {key} as object_key from {table} as desired where desired.destination = {destination}")
_IS_WANTED = sql.SQL("not exists (select from gone_but_wanted as gone where gone.object_key = {key})")
# Such a release knows nothing of the record that took them in: that it does not name it is no reason to empty it.
_STAYS = sql.SQL("({stays} or object_key in (select survivor from gone_but_wanted))")


def follow_gone(url: str, destination: str) -> None:
    """Follow what is gone as soon as it landed; where a run is at work on the destination, its next plan does it."""
    with connect(url) as connection:
        if try_lock_destination(connection, destination):
            follow(connection, destination)


def follow(connection: psycopg.Connection, destination: str) -> None:
    """Forget records that landed as deleted and move those that were merged; the destination must be locked."""
    if (entity := landed_records(connection, destination)) is None:
        return
    raw, name = raw_table(entity), sql.Literal(destination)
    _find(connection, raw, "gone", _OF_STATE.format(destination=name))
    moved = connection.execute(_MOVE, {"destination": destination}).rowcount
    connection.execute(_END_EDITS, {"destination": destination})
    for table in _TABLES:
        gone = connection.execute(_FORGET.format(table=sql.Identifier("ops", table), destination=name)).rowcount
    connection.execute("drop table gone")
    if gone:
        _log.info("%s: %d records are gone, %d of the others took some in", destination, gone, moved)


def leave_out_gone(connection: psycopg.Connection, destination: str, desired: Desired) -> Desired:
    """Return what is desired without the records that landed as deleted or merged, until the transaction ends.

    What took such a record in stays as it is.
    """
    if (entity := landed_records(connection, destination)) is None:
        return desired
    named = _OF_RELEASE.format(key=desired.key, table=desired.table, destination=sql.Literal(destination))
    gone = _find(connection, raw_table(entity), "gone_but_wanted", named)
    return replace(
        desired,
        is_wanted=_IS_WANTED.format(key=desired.key),
        stays=_STAYS.format(stays=desired.stays),
        rows_left_out=gone,
    )


def _find(connection: psycopg.Connection, raw: sql.Identifier, table: str, query: sql.Composable) -> int:
    """Find which records of a query are gone, in a temporary table of this name; return how many."""
    found = _FIND.format(table=sql.Identifier(table), query=query, raw=raw, merges=sql.Literal(MERGES_IN_A_ROW))
    return connection.execute(found).rowcount
