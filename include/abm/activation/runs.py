"""Runs of a destination: one at a time, and each row of a run ends in one outcome."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from psycopg.rows import class_row

from abm.destinations import REGISTRY
from abm.errors import BusyError, HeldError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

Status = Literal["planned", "held", "sending", "finished", "failed", "dry_run", "abandoned"]

OPT_OUTS = "-opt-outs"  # ends the id of the run that removes who opted out, before the run that it is named after

# What a member was sent as, beside what was acknowledged: whoever removes it later must remove that too.
ADD_DOUBT = """
    case
        when excluded.payload in ('{}', state.payload)
            or excluded.payload = any(array(select jsonb_array_elements(state.doubts))) then state.doubts
        else coalesce(state.doubts, '[]') || jsonb_build_array(excluded.payload)
    end
"""
# Rows that may have been sent and have no outcome: no hash means that what the platform holds is uncertain.
_DOUBT = (
    """
insert into ops.sync_state as state (destination, object_key, payload_hash, payload, run_id)
select
    changes.destination, changes.object_key, null, changes.payload, changes.run_id
from ops.sync_changes as changes
inner join ops.sync_runs as runs using (run_id)
where
    changes.run_id = %(run_id)s and changes.outcome is null
    and changes.object_key <= case when changes.operation = 'remove' then runs.removed_to else runs.sent_to end
on conflict (destination, object_key) do update
set payload_hash = null, doubts = case when %(of_members)s then """
    + ADD_DOUBT
    + """ end
"""
)


_TRY_LOCK = "select pg_try_advisory_xact_lock(hashtextextended('abm activation ' || %s, 0))"


@dataclass(frozen=True)
class Run:
    """A planned run as `ops.sync_runs` knows it."""

    run_id: str
    destination: str
    release_id: str | None
    status: Status
    rows_desired: int
    rows_planned: int
    rows_unchanged: int
    rows_withheld: int
    rows_acknowledged: int


def find_run(connection: psycopg.Connection, run_id: str) -> Run | None:
    with connection.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(
            "select run_id, destination, release_id, status, rows_desired, rows_planned, rows_unchanged,"
            " rows_withheld, rows_acknowledged from ops.sync_runs where run_id = %s",
            [run_id],
        ).fetchone()


def require_run(connection: psycopg.Connection, run_id: str) -> Run:
    run = find_run(connection, run_id)
    if run is None:
        raise HeldError(f"Run {run_id!r} was never planned, so there is nothing to do. Plan it first.")
    return run


def set_status(connection: psycopg.Connection, run_id: str, status: Status) -> None:
    connection.execute(
        "update ops.sync_runs set status = %s, finished_at = case when %s then now() end where run_id = %s",
        [status, status not in {"planned", "sending"}, run_id],
    )


def announce(
    connection: psycopg.Connection, run_id: str, *, removed_to: str | None = None, sent_to: str | None = None
) -> None:
    """Note, before it happens, up to which keys removals and other rows may be sent.

    After a crash those of them without an outcome are uncertain.
    """
    connection.execute(
        "update ops.sync_runs set removed_to = greatest(removed_to, %s), sent_to = greatest(sent_to, %s)"
        " where run_id = %s",
        [removed_to, sent_to, run_id],
    )


def lock_destination(connection: psycopg.Connection, destination: str) -> None:
    """Hold the destination until the transaction ends; raises BusyError where another process works on it."""
    _take(connection, _TRY_LOCK, destination)


def try_lock_destination(connection: psycopg.Connection, destination: str) -> bool:
    """Hold the destination until the transaction ends, and tell whether nobody else held it."""
    return connection.execute(_TRY_LOCK, [destination]).fetchone() == (True,)


@contextmanager
def locked_destination(connection: psycopg.Connection, destination: str) -> Iterator[None]:
    """Hold the destination across transactions; a killed process lets go with its connection."""
    _take(connection, "select pg_try_advisory_lock(hashtextextended('abm activation ' || %s, 0))", destination)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(hashtextextended('abm activation ' || %s, 0))", [destination])


def _take(connection: psycopg.Connection, statement: str, destination: str) -> None:
    if connection.execute(statement, [destination]).fetchone() != (True,):
        raise BusyError(
            f"Another process is at work on {destination}. Nothing was changed; try again when it has ended."
        )


def hold(url: str, run_id: str, reason: str) -> int:
    """End the run without sending what is left of it, and return how many rows were held; safe to repeat."""
    with connect(url) as connection:
        run = require_run(connection, run_id)
        lock_destination(connection, run.destination)
        return hold_run(connection, run_id, "guard", reason)


def hold_run(connection: psycopg.Connection, run_id: str, reason_code: str, reason: str) -> int:
    """Hold the rows without an outcome, and the run where it has not ended."""
    with connection.transaction():
        held = close_rows(connection, run_id, "held", reason_code, reason)
        connection.execute(
            "update ops.sync_runs set status = 'held', guard_reason = %s, finished_at = now()"
            " where run_id = %s and status in ('planned', 'sending')",
            [reason, run_id],
        )
    return held


def fail_run(connection: psycopg.Connection, run_id: str, reason_code: str, reason: str) -> None:
    """End the run with its rows without an outcome failed; sending it again takes them up."""
    with connection.transaction():
        close_rows(connection, run_id, "failed", reason_code, reason)
        set_status(connection, run_id, "failed")


def close_rows(
    connection: psycopg.Connection, run_id: str, outcome: Literal["held", "failed"], reason_code: str, reason: str
) -> int:
    """Give every row of the run that has no outcome this one; what of them may have been sent becomes uncertain."""
    with connection.transaction():
        of_members = REGISTRY[require_run(connection, run_id).destination].kind == "audiences"
        connection.execute(_DOUBT, {"run_id": run_id, "of_members": of_members})
        return connection.execute(
            "update ops.sync_changes set outcome = %s, reason_code = %s, reason = %s, finished_at = now()"
            " where run_id = %s and outcome is null",
            [outcome, reason_code, reason, run_id],
        ).rowcount


def abandon_unfinished(connection: psycopg.Connection, destination: str) -> int:
    """Close the destination's runs that never ended. What they may have sent comes again."""
    unfinished = connection.execute(
        "select run_id from ops.sync_runs where destination = %s and status in ('planned', 'sending')", [destination]
    ).fetchall()
    for (run_id,) in unfinished:
        close_rows(connection, run_id, "failed", "superseded", "the run did not end before the next was planned")
        set_status(connection, run_id, "abandoned")
    return len(unfinished)
