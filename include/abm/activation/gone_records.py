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

_FIND = sql.SQL("""
create temporary table gone on commit drop as
with recursive merged as (
    select landed.id as object_key, landed.merged_into_id as survivor, 1 as merges
    from {raw} as landed
    inner join ops.sync_state as state on state.destination = {destination} and state.object_key = landed.id
    where landed._is_deleted
    union all
    select merged.object_key, landed.merged_into_id, merged.merges + 1
    from merged
    inner join {raw} as landed on merged.survivor = landed.id
    where landed._is_deleted and landed.merged_into_id is not null and merged.merges < {merges}
)
select distinct on (object_key) object_key, survivor from merged order by object_key, merges desc
""")
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
_FIND_WANTED = sql.SQL("""
create temporary table gone_but_wanted on commit drop as
select {key} as object_key
from {table} as desired
inner join {raw} as landed on landed.id = {key}
where desired.destination = {destination} and landed._is_deleted
""")


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
    connection.execute(_FIND.format(raw=raw, destination=name, merges=sql.Literal(MERGES_IN_A_ROW)))
    moved = connection.execute(_MOVE, {"destination": destination}).rowcount
    connection.execute(_END_EDITS, {"destination": destination})
    for table in _TABLES:
        gone = connection.execute(_FORGET.format(table=sql.Identifier("ops", table), destination=name)).rowcount
    connection.execute("drop table gone")
    if gone:
        _log.info("%s: %d records are gone, %d of the others took some in", destination, gone, moved)


def leave_out_gone(connection: psycopg.Connection, destination: str, desired: Desired) -> Desired:
    """Return what is desired without the records that landed as deleted or merged, until the transaction ends."""
    if (entity := landed_records(connection, destination)) is None:
        return desired
    found = connection.execute(
        _FIND_WANTED.format(
            raw=raw_table(entity), destination=sql.Literal(destination), table=desired.table, key=desired.key
        )
    )
    is_wanted = sql.SQL("not exists (select from gone_but_wanted as gone where gone.object_key = {})")
    return replace(desired, is_wanted=is_wanted.format(desired.key), rows_left_out=found.rowcount)
