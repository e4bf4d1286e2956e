"""Outcomes of a batch and what the platform now holds, written together, beside the sending of the next batch."""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, Self

from abm.activation.runs import ADD_DOUBT
from abm.destinations import REGISTRY
from abm.errors import RetryableError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    import psycopg

    from abm.activation.runs import Run
    from abm.destinations import Change, Result
    from abm.errors import AbmError

BATCHES_BEHIND = 2  # recording may lag so far; then sending waits, so that memory stays flat
REASON_LENGTH = 255

# A failed row may have been applied all the same (a time-out after the write): no hash means that what the platform
# holds is uncertain, and the next plan sends or removes the row whatever is desired then. So it is with a member whose
# update was refused: it may have left under its former identifiers already.
# Where a call got no answer, that is no failure of its rows: they come with the next run.
# `first` and `last` bound the batch: no other open row of its kind lies between them. Most rows of a batch end alike,
# so only the others are named; they are recorded first, or they would count among the rest.
# The planner knows nothing of a run written a moment ago, and without the bounds would read all of it. For the same
# reason the state's rows are found by arrays, and nothing is joined in nested loops (NO_LOOPS): a batch taken for one
# row would be read once for each row of the other side.
# The state's rows are merged: `on conflict` would search and lock each of those that the platform held already.
# What comes is called `excluded` there, since ADD_DOUBT serves an `on conflict` as well.
_DONE = """
with done as (
    update ops.sync_changes as changes
    set
        outcome = {outcome}, reason_code = {reason_code}, reason = {reason},
        attempts = changes.attempts + 1, finished_at = now()
    {results}
    where
        changes.run_id = %(run_id)s and changes.outcome is null
        and changes.object_key between %(first)s and %(last)s and {which}
    returning changes.object_key, changes.operation, changes.payload, changes.payload_hash, changes.outcome,
        changes.reason_code, changes.reason, {remote_id} as remote_id
),
"""
_AND_STATE = (
    """
removed as (
    delete from ops.sync_state
    where
        destination = %(destination)s
        and object_key = any(array(
            select object_key from done where operation = 'remove' and outcome in ('removed', 'unchanged')
        ))
),
refused as (
    insert into ops.sync_refusals as refusals
        (destination, object_key, operation, payload_hash, reason_code, reason, run_id)
    select %(destination)s, object_key, operation, payload_hash, reason_code, reason, %(run_id)s
    from done where outcome = 'refused'
    on conflict (destination, object_key) do update
    set
        operation = excluded.operation, payload_hash = excluded.payload_hash, reason_code = excluded.reason_code,
        reason = excluded.reason, run_id = excluded.run_id, refused_at = now()
),
failed as (
    insert into ops.sync_failures as failures
        (destination, object_key, operation, payload_hash, reason_code, reason, attempts, run_id)
    select %(destination)s, object_key, operation, payload_hash, reason_code, reason, 1, %(run_id)s
    from done where outcome = 'failed' and %(is_answered)s
    on conflict (destination, object_key) do update
    set
        operation = excluded.operation, payload_hash = excluded.payload_hash, reason_code = excluded.reason_code,
        reason = excluded.reason, run_id = excluded.run_id, failed_on = excluded.failed_on,
        attempts = case
            when (failures.operation = 'remove') <> (excluded.operation = 'remove') then 1
            when failures.payload_hash is distinct from excluded.payload_hash then 1
            else failures.attempts + (failures.run_id <> excluded.run_id)::integer
        end
),
no_longer_refused as (
    delete from ops.sync_refusals
    where
        destination = %(destination)s
        and object_key = any(array(
            select object_key from done where outcome in ('created', 'updated', 'removed', 'unchanged')
        ))
),
no_longer_failed as (
    delete from ops.sync_failures
    where
        destination = %(destination)s
        and object_key = any(array(
            select object_key from done where outcome in ('created', 'updated', 'removed', 'unchanged', 'refused')
        ))
),
acknowledged as (
    select
        object_key, remote_id,
        case when outcome in ('created', 'updated', 'unchanged') then payload_hash end as payload_hash,
        case when operation = 'remove' or outcome = 'refused' then '{}' else payload end as payload
    from done
    where
        (operation <> 'remove' and outcome in ('created', 'updated', 'unchanged'))
        or outcome = 'failed'
        or (operation = 'update' and outcome = 'refused' and %(of_members)s)
)
merge into ops.sync_state as state
using acknowledged as excluded
on
    state.destination = %(destination)s and state.object_key = excluded.object_key
    and state.object_key = any(array(select object_key from acknowledged))
when matched then update set
    payload_hash = excluded.payload_hash,
    payload = case when excluded.payload_hash is null then state.payload else excluded.payload end,
    doubts = case when excluded.payload_hash is null and %(of_members)s then """
    + ADD_DOUBT
    + """ end,
    remote_id = coalesce(excluded.remote_id, state.remote_id),
    acknowledged_at = case when excluded.payload_hash is null then state.acknowledged_at else now() end,
    run_id = %(run_id)s
when not matched then
    insert (destination, object_key, payload_hash, payload, remote_id, run_id)
    values (
        %(destination)s, excluded.object_key, excluded.payload_hash, excluded.payload, excluded.remote_id, %(run_id)s
    )
"""
)
_ROW_BY_ROW = (
    _DONE.format(
        outcome="result.outcome",
        reason_code="result.reason_code",
        reason="result.reason",
        results="""
    from unnest(%(keys)s::text[], %(outcomes)s::text[], %(codes)s::text[], %(reasons)s::text[], %(ids)s::text[])
        as result (object_key, outcome, reason_code, reason, remote_id)""",
        which="changes.object_key = result.object_key",
        remote_id="result.remote_id",
    )
    + _AND_STATE
)
_REST_OF_BATCH = (
    _DONE.format(
        outcome="%(outcome)s",
        reason_code="%(code)s",
        reason="%(reason)s",
        results="",
        which="(changes.operation = 'remove') = %(are_removals)s",
        remote_id="%(remote_id)s::text",
    )
    + _AND_STATE
)
_AUDIENCE = (
    _DONE.format(
        outcome="""case
            when %(outcome)s <> 'accepted' then %(outcome)s
            when changes.operation = 'create' then 'created'
            when changes.operation = 'update' then 'updated'
            else 'removed'
        end""",
        reason_code="%(code)s",
        reason="%(reason)s",
        results="",
        which="starts_with(changes.object_key, %(audience)s || '/')",
        remote_id="null::text",
    )
    + _AND_STATE
)
NO_LOOPS = "set {}enable_nestloop = off"


class Recorder:
    """Writes results in a thread of its own, in the order they came; leaving the block waits for the last."""

    def __init__(self, url: str, run: Run) -> None:
        self._url = url
        self._run = run
        self._pending: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        self._connection = connect(self._url, autocommit=True)
        # What a crash of the server loses here is announced already, so it counts as uncertain and is sent again.
        self._connection.execute("set synchronous_commit = off")
        self._connection.execute(NO_LOOPS.format(""))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="abm-record")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(wait=True)
        self._connection.close()
        if error is None:
            self.wait()

    def record(self, changes: Sequence[Change], results: Sequence[Result], *, is_answered: bool = True) -> None:
        """Queue one batch with its results; raises what an earlier batch's writing raised.

        The batch holds, in key order, all open rows of its kind between its first and its last: removals, or writes.
        """
        batch = {
            "first": changes[0].object_key,
            "last": changes[-1].object_key,
            "are_removals": changes[0].operation == "remove",
            "is_answered": is_answered,
        }
        self._pending.append(self._thread.submit(self._write, batch, results))
        while len(self._pending) > BATCHES_BEHIND:
            self._pending.popleft().result()

    def wait(self) -> None:
        """Return when all that was queued is written."""
        while self._pending:
            self._pending.popleft().result()

    def _write(self, batch: Mapping[str, Any], results: Sequence[Result]) -> None:
        ((usual, alike),) = Counter(result[1:] for result in results).most_common(1)
        if alike < len(results):
            others = [result for result in results if result[1:] != usual]
            named = {
                "keys": [result.object_key for result in others],
                "outcomes": [result.outcome for result in others],
                "codes": [result.reason_code for result in others],
                "reasons": [result.reason and result.reason[:REASON_LENGTH] for result in others],
                "ids": [result.remote_id for result in others],
            }
            self._execute(_ROW_BY_ROW, {**batch, **named})
        outcome, code, reason, remote_id = usual
        reason = reason and reason[:REASON_LENGTH]
        rest = {"outcome": outcome, "code": code, "reason": reason, "remote_id": remote_id}
        self._execute(_REST_OF_BATCH, {**batch, **rest})

    def _execute(self, statement: str, ends: Mapping[str, Any]) -> None:
        self._connection.execute(statement, {**_of_run(self._run), **ends})


def record_audience(
    connection: psycopg.Connection,
    run: Run,
    audience: str,
    outcome: Literal["accepted", "refused", "failed"],
    error: AbmError | None = None,
) -> None:
    """Give all open rows of an audience one end, and note what the platform now holds, in one statement."""
    bounds = connection.execute(
        "select min(object_key), max(object_key) from ops.sync_changes"
        " where run_id = %s and starts_with(object_key, %s || '/')",
        [run.run_id, audience],
    ).fetchone()
    first, last = bounds or (None, None)
    with connection.transaction():
        connection.execute(NO_LOOPS.format("local "))
        connection.execute(
            _AUDIENCE,
            {
                **_of_run(run),
                "is_answered": not isinstance(error, RetryableError),
                "first": first,
                "last": last,
                "audience": audience,
                "outcome": outcome,
                "code": getattr(error, "code", None),
                "reason": error and str(error)[:REASON_LENGTH],
            },
        )


def _of_run(run: Run) -> dict[str, Any]:
    of_members = REGISTRY[run.destination].kind == "audiences"
    return {"run_id": run.run_id, "destination": run.destination, "of_members": of_members}
