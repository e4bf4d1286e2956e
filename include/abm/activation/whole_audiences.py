"""Sending to what takes an audience only as a whole: every touched audience is written anew, with all its members."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg import sql

from abm.activation.audiences import known_audiences, store_written
from abm.activation.member_moves import hold_joins, leaving_first
from abm.activation.plain_members import plain_members
from abm.activation.recording import record_audience
from abm.activation.runs import announce
from abm.errors import RefusedError, RetryableError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import psycopg

    from abm.activation.runs import Run
    from abm.destinations import Form, WholeAudiences

READY = "READY"

# What the platform shall hold after this run: what it acknowledged, overlaid by what was planned and not held.
_MEMBERS = """
select object_key as member, payload as identifiers
from (
    select object_key, payload from ops.sync_changes
    where
        run_id = %(run_id)s and operation <> 'remove' and starts_with(object_key, %(prefix)s)
        and outcome is distinct from 'held'
    union all
    select object_key, payload from ops.sync_state as state
    where
        destination = %(destination)s and starts_with(object_key, %(prefix)s)
        and not exists (
            select 1 from ops.sync_changes as changes
            where
                changes.run_id = %(run_id)s and changes.object_key = state.object_key
                and changes.outcome is distinct from 'held'
        )
) as members
"""
_IN_ORDER = _MEMBERS + 'order by object_key collate "C"'


def send_whole(url: str, warehouse: psycopg.Connection, run: Run, destination: WholeAudiences) -> None:
    """Write each audience with open rows, and each one that the platform lost or someone changed there."""
    planned = _planned(warehouse, run)
    known = known_audiences(warehouse, run.destination)
    lost = [found.name for found in destination.read_back(known) if found.status != READY]
    names = {*planned, *lost}
    destination.prepare(sorted(names))
    if planned:
        last = _last_key(warehouse, run)
        announce(warehouse, run.run_id, removed_to=last, sent_to=last)
    hold_joins(warehouse, run)
    for name in leaving_first(warehouse, run, [*names]):
        try:
            with _members(url, warehouse, run, name, destination.people) as members:
                written = destination.replace(name, members, release_id=run.release_id)
            store_written(warehouse, run.destination, written)
        except RetryableError as error:
            record_audience(warehouse, run, name, "failed", error)
            hold_joins(warehouse, run)
        except RefusedError as error:
            record_audience(warehouse, run, name, "refused", error)
            hold_joins(warehouse, run)
        else:
            record_audience(warehouse, run, name, "accepted")


@contextmanager
def _members(
    url: str, warehouse: psycopg.Connection, run: Run, audience: str, people: Form
) -> Iterator[Iterator[Mapping[str, Any]]]:
    """Stream an audience's members; a server-side cursor keeps memory flat."""
    values = {"run_id": run.run_id, "destination": run.destination, "prefix": f"{audience}/"}
    with connect(url) as reading:
        if people == "plain":
            yield plain_members(warehouse, reading, run, sql.SQL(_MEMBERS), values)
            return
        with reading.cursor(f"members_{run.destination}") as cursor:
            cursor.itersize = 10_000
            cursor.execute(_IN_ORDER, values)
            yield (identifiers for _, identifiers in cursor)


def _planned(warehouse: psycopg.Connection, run: Run) -> Sequence[str]:
    rows = warehouse.execute(
        "select distinct split_part(object_key, '/', 1) from ops.sync_changes where run_id = %s and outcome is null",
        [run.run_id],
    ).fetchall()
    return [name for (name,) in rows]


def _last_key(warehouse: psycopg.Connection, run: Run) -> str:
    (key,) = warehouse.execute(
        "select max(object_key) from ops.sync_changes where run_id = %s", [run.run_id]
    ).fetchone() or ("",)
    return str(key)
