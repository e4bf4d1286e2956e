"""The plan: what is published minus what the platform acknowledged, computed inside the warehouse.

Only hashes are compared, so a night without changes costs one pass over both tables; payloads are built for the rows
that differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from abm.activation.audience_planning import plan_audiences
from abm.activation.desired import Desired, Release, desired_rows, live_release
from abm.activation.field_edits import leave_alone
from abm.activation.opt_outs import OF_WHO_OPTED_OUT
from abm.activation.ownership import observe_records, plan_records
from abm.activation.refused_removals import refuse_again
from abm.activation.runs import abandon_unfinished, find_run, lock_destination
from abm.activation.shared_identifiers import keep_shared
from abm.destinations import REGISTRY
from abm.errors import ContractError, HeldError
from abm.warehouse import connect

_DIFFERENCE = sql.SQL("""
create temporary table difference on commit drop as
select
    object_key,
    case
        when state.is_known is null then 'create'
        when desired.payload_hash is null then 'remove'
        else 'update'
    end as operation,
    coalesce(desired.payload_hash, state.payload_hash) as payload_hash
from (
    select {key} as object_key, {payload_hash} as payload_hash from {table} as desired
    where destination = {destination} and {is_wanted}
) as desired
full join (
    select object_key, payload_hash, true as is_known, {is_due} as is_due
    from ops.sync_state where destination = {destination}
) as state using (object_key)
where desired.payload_hash is null or state.payload_hash is distinct from desired.payload_hash or state.is_due
""")
# A member that must leave is always part of the plan: only what is to be written waits.
_WITHHOLD = """
delete from difference using (
    select object_key, operation, payload_hash from ops.sync_refusals where destination = %(destination)s
    union all
    select object_key, operation, payload_hash from ops.sync_failures
    where destination = %(destination)s and next_attempt_on > current_date
) as waiting
where
    waiting.object_key = difference.object_key
    and (waiting.operation = 'remove') = (difference.operation = 'remove')
    and waiting.payload_hash is not distinct from difference.payload_hash
    and not (difference.operation = 'remove' and %(of_members)s)
returning difference.operation
"""
# A refused write of what is no longer wanted, or a refused removal of what is wanted again, says nothing now.
_FORGET_REFUSALS = sql.SQL("""
delete from ops.sync_refusals as refusals using (
    select said.object_key
    from ops.sync_refusals as said
    left join (
        select {key} as object_key from {table} as desired where destination = {destination} and {is_wanted}
    ) as wanted using (object_key)
    where said.destination = {destination} and (said.operation = 'remove') = (wanted.object_key is not null)
) as outdated
where refusals.destination = {destination} and refusals.object_key = outdated.object_key
""")
_INSERT_RUN = """
insert into ops.sync_runs
    (run_id, destination, release_id, status, is_dry_run, rows_desired, rows_planned, rows_unchanged, rows_withheld,
    rows_acknowledged, finished_at)
select
    %(run_id)s, %(destination)s, %(release_id)s, %(status)s, %(dry_run)s, %(desired)s, count(*),
    %(desired)s - %(withheld_writes)s - count(*) filter (where operation <> 'remove'), %(withheld)s,
    %(acknowledged)s, case when %(dry_run)s then now() end
from difference
"""
_INSERT_WRITES = sql.SQL("""
insert into ops.sync_changes (run_id, destination, object_key, operation, payload, payload_hash)
select {run_id}, {destination}, difference.object_key, difference.operation, {payload}, difference.payload_hash
from difference
inner join {table} as desired on desired.destination = {destination} and {key} = difference.object_key
where difference.operation <> 'remove'
""")
_INSERT_REMOVALS = sql.SQL("""
insert into ops.sync_changes (run_id, destination, object_key, operation, payload, payload_hash)
select {run_id}, {destination}, difference.object_key, 'remove', coalesce({removal}, '{{}}'), difference.payload_hash
from difference
inner join ops.sync_state as state on state.destination = {destination} and state.object_key = difference.object_key
where difference.operation = 'remove'
""")
_SUMMARY = """
select
    runs.run_id, runs.destination, runs.release_id, runs.is_dry_run, runs.rows_desired, runs.rows_planned,
    runs.rows_unchanged, runs.rows_withheld, runs.rows_acknowledged,
    count(*) filter (where changes.operation = 'create') as creations,
    count(*) filter (where changes.operation = 'update') as updates,
    count(*) filter (where changes.operation = 'remove') as removals
from ops.sync_runs as runs
left join ops.sync_changes as changes using (run_id)
where runs.run_id = %s
group by runs.run_id
"""


@dataclass(frozen=True)
class PlanSummary:
    """A plan in counts.

    Rows `withheld` were refused before with the same content, failed and wait for their night, are of an audience
    that is left out, or of a record that is gone.
    """

    run_id: str
    destination: str
    release_id: str | None
    is_dry_run: bool
    rows_desired: int
    rows_planned: int
    rows_unchanged: int
    rows_withheld: int
    rows_acknowledged: int
    creations: int
    updates: int
    removals: int


def plan(url: str, destination: str, *, run_id: str, dry_run: bool = False) -> PlanSummary:
    """Write the rows that must change to `ops.sync_changes` and count them; the same run is planned only once.

    A dry run is closed at once and leaves other runs alone. Raises HeldError where nothing is published, BusyError
    where another process works on the destination, and ContractError where two published rows share a key.
    """
    with connect(url) as connection:
        if (known := read_plan(connection, run_id, destination)) is not None:
            return known
        if not dry_run:
            lock_destination(connection, destination)
            if (known := read_plan(connection, run_id, destination)) is not None:
                return known  # planned by another process meanwhile
            abandon_unfinished(connection, destination)
        release = live_release(connection)
        desired = desired_rows(connection, destination, release.policy_version)
        try:
            if REGISTRY[destination].kind == "audiences":
                desired = plan_audiences(connection, destination, run_id, release, desired)
            else:
                observe_records(connection, destination, release, desired)
                if dry_run:
                    connection.commit()  # lets go of the destination: a night must not find it held
                desired = plan_records(connection, destination, release, desired)
            _write_plan(connection, destination, run_id, release, desired, dry_run=dry_run)
        except (psycopg.errors.UniqueViolation, psycopg.errors.NotNullViolation):
            connection.rollback()
            if (known := read_plan(connection, run_id, destination)) is not None:
                return known  # planned by another process meanwhile: dry runs do not hold the destination
            raise ContractError(
                f"Two published rows for {destination} share a key, or one has none. Nothing was planned; "
                f"look at the key of {desired.table.as_string()}."
            ) from None  # the cause quotes the row, and Airflow logs causes
        planned = read_plan(connection, run_id, destination)
    if planned is None:
        raise AssertionError(run_id)
    return planned


def read_plan(connection: psycopg.Connection, run_id: str, destination: str) -> PlanSummary | None:
    """Return the summary of a run that is planned already, or None."""
    if (run := find_run(connection, run_id)) is None:
        return None
    if run.destination != destination:
        raise HeldError(f"Run {run_id!r} is one of {run.destination}. Choose another id for {destination}.")
    with connection.cursor(row_factory=class_row(PlanSummary)) as cursor:
        return cursor.execute(_SUMMARY, [run_id]).fetchone()


def _write_plan(
    connection: psycopg.Connection, destination: str, run_id: str, release: Release, desired: Desired, *, dry_run: bool
) -> None:
    parts = {
        "run_id": sql.Literal(run_id),
        "destination": sql.Literal(destination),
        "table": desired.table,
        "key": desired.key,
        "payload_hash": desired.payload_hash,
        "payload": desired.payload,
        "removal": desired.removal,
        "is_wanted": desired.is_wanted,
        "is_due": desired.is_due,
    }
    connection.execute(_DIFFERENCE.format(**parts))
    rows_desired = _count(connection, sql.SQL("select count(*) from {table} where destination = {destination}"), parts)
    # An empty table is a fault upstream until a person says otherwise; the guard holds the run.
    stays = desired.stays if rows_desired else sql.SQL("true")
    connection.execute(sql.SQL("delete from difference where operation = 'remove' and {}").format(stays))
    if rows_desired and not dry_run:
        connection.execute(_FORGET_REFUSALS.format(**parts))
    of_members = REGISTRY[destination].kind == "audiences"
    if of_members:
        # They leave in a run of their own, which nothing holds (`remove_opt_outs`).
        connection.execute(sql.SQL("delete from difference where operation = 'remove' and {}").format(OF_WHO_OPTED_OUT))
    withheld = connection.execute(_WITHHOLD, {"destination": destination, "of_members": of_members}).fetchall()
    connection.execute("analyze difference")
    connection.execute(
        _INSERT_RUN,
        {
            "run_id": run_id,
            "destination": destination,
            "release_id": release.release_id,
            "status": "dry_run" if dry_run else "planned",
            "dry_run": dry_run,
            "desired": rows_desired,
            "withheld": len(withheld) + desired.rows_left_out,
            "withheld_writes": sum(operation != "remove" for (operation,) in withheld) + desired.rows_left_out,
            "acknowledged": _count(
                connection, sql.SQL("select count(*) from ops.sync_state where destination = {destination}"), parts
            ),
        },
    )
    connection.execute(_INSERT_WRITES.format(**parts))
    connection.execute(_INSERT_REMOVALS.format(**parts))
    leave_alone(connection, destination, run_id)
    if of_members:
        refuse_again(connection, destination, run_id)
        keep_shared(connection, destination, run_id)
    if dry_run:
        connection.execute(
            "update ops.sync_changes set outcome = 'held', reason_code = 'dry_run', finished_at = now()"
            " where run_id = %s",
            [run_id],
        )


def _count(connection: psycopg.Connection, statement: sql.SQL, parts: dict[str, sql.Composable]) -> int:
    (rows,) = connection.execute(statement.format(**parts)).fetchone() or (0,)
    return int(rows)
