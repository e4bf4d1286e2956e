"""The removal of members who opted out: a run of its own before the plan is made, which no guard holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from abm.activation.accounting import account
from abm.activation.desired import Release, live_release
from abm.activation.guards.digests import plan_digest
from abm.activation.opt_outs import OF_WHO_OPTED_OUT, are_followed
from abm.activation.runs import OPT_OUTS, abandon_unfinished, find_run, lock_destination
from abm.activation.sending import send
from abm.destinations import open_destination
from abm.warehouse import connect

if TYPE_CHECKING:
    import psycopg

    from abm.activation.sending import Opening
    from abm.settings import Connection

_PLAN = sql.SQL("""
with run as (
    insert into ops.sync_runs
        (run_id, destination, release_id, status, is_dry_run, rows_desired, rows_planned, rows_unchanged,
        rows_withheld, rows_acknowledged)
    select
        %(run_id)s, %(destination)s, %(release_id)s, 'planned', false, 0, count(*) filter (where {opted_out}), 0, 0,
        count(*)
    from ops.sync_state
    where destination = %(destination)s
    having count(*) filter (where {opted_out}) > 0
    returning run_id
)
insert into ops.sync_changes (run_id, destination, object_key, operation, payload, payload_hash)
select run.run_id, state.destination, state.object_key, 'remove', '{{}}', state.payload_hash
from ops.sync_state as state
cross join run
where state.destination = %(destination)s and {opted_out}
""").format(opted_out=OF_WHO_OPTED_OUT)
_JUDGE = """
insert into ops.sync_verdicts (run_id, decision, plan_digest, policy_version, told, summary)
values (%s, 'send', %s, %s, %s, %s)
"""


def remove_opt_outs(
    url: str,
    destination: str,
    run_id: str,
    connection: Connection | None = None,
    *,
    opening: Opening = open_destination,
) -> dict[str, int]:
    """Remove every member who opted out, before run `run_id` is planned; return the removals by outcome.

    Whatever becomes of that plan, these are gone. Safe to repeat and after a crash; once the plan is made nothing more
    happens, and who opts out then leaves with the next. Raises what `send` raises.
    """
    if not are_followed(destination):
        return {}
    own_id = run_id + OPT_OUTS
    with connect(url) as warehouse:
        lock_destination(warehouse, destination)
        if find_run(warehouse, run_id):
            return {}
        if find_run(warehouse, own_id) is None:
            abandon_unfinished(warehouse, destination)  # who may have joined in such a run may have to leave
            if not _plan(warehouse, destination, own_id, live_release(warehouse)):
                return {}
    send(url, own_id, connection, opening=opening)
    outcomes = account(url, own_id, connection, opening=opening).outcomes
    return {outcome: rows for outcome, rows in outcomes.items() if rows}


def _plan(warehouse: psycopg.Connection, destination: str, own_id: str, release: Release) -> int:
    """Plan the removals and let them go: to leave is nobody's to approve. Return how many they are."""
    values = {"run_id": own_id, "destination": destination, "release_id": release.release_id}
    rows = warehouse.execute(_PLAN, values).rowcount
    if rows:
        told = f"{destination}: {rows:,} members opted out and are removed; that is never held"
        warehouse.execute(_JUDGE, [own_id, plan_digest(warehouse, own_id), release.policy_version, told, told])
    return rows
