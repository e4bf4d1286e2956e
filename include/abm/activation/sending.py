"""Sending a plan: removals first, in batches recorded with what the platform then holds, resumed where it stopped."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from abm.activation.audiences import store_audiences
from abm.activation.desired import field_map, live_release
from abm.activation.flight import Flight
from abm.activation.guards.approvals import require_approval
from abm.activation.member_moves import hold_joins
from abm.activation.recording import REASON_LENGTH, Recorder
from abm.activation.runs import announce, fail_run, hold_run, locked_destination, require_run, set_status
from abm.activation.whole_audiences import send_whole
from abm.destinations import REGISTRY, Change, Result, WholeAudiences, open_destination
from abm.destinations.apart import end_as, send_apart
from abm.errors import AbmError, ContractError, HeldError, RetryableError
from abm.rates import shared_rates
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    import psycopg

    from abm.activation.runs import Run
    from abm.destinations import Destination, Outcome
    from abm.settings import Connection

    Opening = Callable[[str, Connection | None], Destination | WholeAudiences]

FAILURES_IN_A_ROW = 3  # so many batches without any answer: the platform is down, and the rest waits
COLLECT_AFTER = 100_000  # new objects
_DOWN = "PLATFORM_DOWN"

_WRITTEN: frozenset[Outcome] = frozenset({"created", "updated", "unchanged", "refused", "failed", "held"})
_REMOVED: frozenset[Outcome] = frozenset({"removed", "unchanged", "refused", "failed", "held"})
# What a member was added by, or may have been, is needed to remove it, or to replace it by another.
_NEXT_BATCH = """
select
    changes.object_key, changes.operation,
    case when changes.left_alone is null then changes.payload else changes.payload - changes.left_alone end::text,
    case
        when changes.operation = 'remove' or (changes.operation = 'update' and %(of_members)s)
            then (
                select jsonb_build_array(state.payload) || coalesce(state.doubts, '[]') from ops.sync_state as state
                where state.destination = changes.destination and state.object_key = changes.object_key
            )
    end::text,
    changes.kept_identifiers::text
from ops.sync_changes as changes
where
    changes.run_id = %(run_id)s and changes.outcome is null and changes.object_key > %(last)s
    and (changes.operation = 'remove') = %(are_removals)s
order by changes.object_key
limit %(rows)s
"""


def send(url: str, run_id: str, connection: Connection | None, *, opening: Opening = open_destination) -> None:
    """Send what of the run has no outcome yet; `account` tells what became of it.

    A run that was killed goes on where it stopped; one that failed is taken up again while its release is live. Raises
    HeldError where the run must not be sent (as one past its budget that nobody approved), BusyError where another
    process is sending, ConfigurationError where a person must act, RetryableError where the platform is down.
    """
    with connect(url, autocommit=True) as warehouse:
        run = require_run(warehouse, run_id)
        with locked_destination(warehouse, run.destination), _rare_collections(), shared_rates(url):
            if _begin(warehouse, run_id):
                _deliver(url, warehouse, run, opening(run.destination, connection))


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cycles less often: batches are many small objects without any, and the search took half of our time."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _begin(warehouse: psycopg.Connection, run_id: str) -> bool:
    """Open the run for sending; False where all its rows have their outcome already."""
    run = require_run(warehouse, run_id)
    if run.status == "abandoned":
        raise HeldError(f"Run {run_id!r} was replaced by a later plan. Send that one.")
    if run.status not in {"planned", "failed", "sending"} or (run.status == "sending" and not _is_open(warehouse, run)):
        return False
    _require_live(warehouse, run)
    require_approval(warehouse, run)
    with warehouse.transaction():
        if run.status == "failed":
            _reopen(warehouse, run_id)
        set_status(warehouse, run_id, "sending")
    return True


def _is_open(warehouse: psycopg.Connection, run: Run) -> bool:
    found = warehouse.execute(
        "select exists (select 1 from ops.sync_changes where run_id = %s and outcome is null)", [run.run_id]
    ).fetchone()
    return found == (True,)


def _require_live(warehouse: psycopg.Connection, run: Run) -> None:
    """Hold a run that a newer release overtook: who left since then must not be sent."""
    live = live_release(warehouse).release_id
    if run.release_id != live:
        reason = f"planned from release {run.release_id}, and {live} is live now"
        hold_run(warehouse, run.run_id, "superseded", reason)
        raise HeldError(f"Run {run.run_id!r} was {reason}. Its rows are held; the next plan is made from {live}.")


def _reopen(warehouse: psycopg.Connection, run_id: str) -> None:
    newest = warehouse.execute(
        "select newest.run_id from ops.sync_runs as newest inner join ops.sync_runs as runs using (destination)"
        " where runs.run_id = %s and not newest.is_dry_run order by newest.planned_at desc limit 1",
        [run_id],
    ).fetchone()
    if newest != (run_id,):
        raise HeldError(f"Run {run_id!r} failed and was replaced by a later plan. Send that one.")
    warehouse.execute(
        "update ops.sync_changes set outcome = null, reason_code = null, reason = null, finished_at = null"
        " where run_id = %s and outcome = 'failed'",
        [run_id],
    )


def _deliver(url: str, warehouse: psycopg.Connection, run: Run, destination: Destination | WholeAudiences) -> None:
    try:
        if isinstance(destination, WholeAudiences):
            send_whole(url, warehouse, run, destination)
        elif names := _names(warehouse, run):
            store_audiences(warehouse, run.destination, destination.prepare(names))
            _send_rows(url, warehouse, run, destination)
    except RetryableError:
        raise
    except AbmError as error:
        fail_run(warehouse, run.run_id, type(error).__name__, f"not sent: {error}"[:REASON_LENGTH])
        raise
    finally:
        destination.close()


def _names(warehouse: psycopg.Connection, run: Run) -> Sequence[str]:
    """Return the fields or audiences that the rows still to be sent need; none where there is nothing to send."""
    if REGISTRY[run.destination].kind == "audiences":
        audiences = warehouse.execute(
            "select distinct split_part(object_key, '/', 1) from ops.sync_changes"
            " where run_id = %s and outcome is null order by 1",
            [run.run_id],
        )
        return [audience for (audience,) in audiences]
    if not _is_open(warehouse, run):
        return []
    release = warehouse.execute("select policy_version from ops.releases where release_id = %s", [run.release_id])
    (policy_version,) = release.fetchone() or ("",)
    return [platform_field for _, platform_field in field_map(warehouse, run.destination, policy_version)]


def _send_rows(url: str, warehouse: psycopg.Connection, run: Run, destination: Destination) -> None:
    """Send the removals without an outcome and then the other rows, so that who moves leaves before it joins."""
    with Recorder(url, run) as recorder:
        failures = _send_phase(warehouse, run, destination, recorder, are_removals=True)
        recorder.wait()
        if failures < FAILURES_IN_A_ROW:
            if REGISTRY[run.destination].kind == "audiences":
                hold_joins(warehouse, run)
            failures = _send_phase(warehouse, run, destination, recorder, are_removals=False, failures=failures)
    if failures >= FAILURES_IN_A_ROW:
        told = f"{run.destination} did not answer {FAILURES_IN_A_ROW} times in a row"
        fail_run(warehouse, run.run_id, _DOWN, f"not sent: {told}")
        raise RetryableError(f"{told}. Its rows come again: with this run tried again, or the next plan.", code=_DOWN)


def _send_phase(
    warehouse: psycopg.Connection,
    run: Run,
    destination: Destination,
    recorder: Recorder,
    *,
    are_removals: bool,
    failures: int = 0,
) -> int:
    """Send one kind of rows and return how many batches in a row got no answer; after too many the rest stays.

    What is on its way when a fault ends the phase is still recorded, and changes nothing about its end.
    """
    rows = max(destination.batch_rows(run.rows_planned), 1)
    fault: AbmError | None = None
    with closing(_read_ahead(warehouse, run, rows, are_removals=are_removals)) as batches:
        flight = Flight(
            batches,
            lambda changes: send_apart(changes, partial(_answered, destination), end_as),
            most=destination.batches_in_flight,
            goes_alone=_replaces_members if REGISTRY[run.destination].kind == "audiences" else lambda _changes: False,
        )
        with closing(flight.batches()) as sent:
            for changes, answer in sent:
                try:
                    results = answer.result()
                except AbmError as error:
                    recorder.record(changes, [end_as(change, "failed", error) for change in changes], is_answered=False)
                    failures += 1
                    fault = fault or (None if isinstance(error, RetryableError) else error)
                else:
                    recorder.record(changes, results)
                    failures = failures if failures >= FAILURES_IN_A_ROW else 0
                if fault or failures >= FAILURES_IN_A_ROW:
                    flight.land()
    if fault:
        raise fault
    return failures


def _replaces_members(changes: Sequence[Change]) -> bool:
    """Tell a batch in which members leave for others to join: nothing else of its audience may be on its way."""
    return any(change.acknowledged or change.doubtful for change in changes if change.operation != "remove")


def _read_ahead(
    warehouse: psycopg.Connection, run: Run, rows: int, *, are_removals: bool
) -> Generator[Sequence[Change]]:
    """Yield batches in key order, each announced first; the next is read meanwhile."""
    with ThreadPoolExecutor(1, thread_name_prefix="abm-read") as reader:
        read = partial(_read_batch, warehouse, run, rows, are_removals=are_removals)
        following = reader.submit(read, "")
        while changes := following.result():
            last = changes[-1].object_key
            announce(warehouse, run.run_id, **{"removed_to" if are_removals else "sent_to": last})
            following = reader.submit(read, last)
            yield changes


def _read_batch(
    warehouse: psycopg.Connection, run: Run, rows: int, last: str, *, are_removals: bool
) -> Sequence[Change]:
    found = warehouse.execute(
        _NEXT_BATCH,
        {
            "run_id": run.run_id,
            "last": last,
            "rows": rows,
            "are_removals": are_removals,
            "of_members": REGISTRY[run.destination].kind == "audiences",
        },
    )
    return [
        Change(key, operation, content or "{}", *_known(orjson.loads(payloads), orjson.loads(kept or "[]")))
        if payloads
        else Change(key, operation, content or "{}")
        for key, operation, content, payloads, kept in found.fetchall()
    ]


def _known(
    payloads: Sequence[Mapping[str, Any]], kept: Sequence[Sequence[Any]]
) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """Return what was acknowledged and what is in doubt, without the identifiers that must stay."""
    if kept:
        payloads = [{name: value for name, value in one.items() if [name, value] not in kept} for one in payloads]
    return payloads[0], payloads[1:]


def _answered(destination: Destination, changes: Sequence[Change]) -> Sequence[Result]:
    """Send rows and return what the platform said of each; raises ContractError where that does not fit the rows."""
    results = destination.send(changes)
    answered = {result.object_key for result in results}
    planned = {change.object_key for change in changes}
    if len(results) != len(changes) or answered != planned:
        raise ContractError(
            f"{len(changes)} rows were sent and {len(answered & planned)} of them answered. "
            "What the platform holds is uncertain; the next run sends them again."
        )
    possible = _REMOVED if changes[0].operation == "remove" else _WRITTEN
    if impossible := [result for result in results if result.outcome not in possible]:
        key, outcome, *_ = impossible[0]
        operation = next(change.operation for change in changes if change.object_key == key)
        raise ContractError(f"Row {key!r} was to be {operation}d and came back {outcome}.")
    return results
