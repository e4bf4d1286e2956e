"""A person's word for one exact plan, and the check that sending makes before anything leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.activation.guards.digests import plan_digest
from abm.activation.guards.judging import find_verdict
from abm.activation.runs import require_run
from abm.errors import HeldError
from abm.warehouse import connect

if TYPE_CHECKING:
    import psycopg

    from abm.activation.runs import Run


def approve(url: str, run_id: str, digest: str, approved_by: str) -> None:
    """Record that a person approves the plan of this digest; safe to repeat.

    Raises HeldError where that is not the plan of the run, where the run has ended or was replaced, or where nobody
    may approve it.
    """
    with connect(url) as connection:
        connection.execute("select 1 from ops.sync_runs where run_id = %s for update", [run_id])
        run = require_run(connection, run_id)
        known = find_approval(connection, run_id)
        if known == digest and run.status == "finished":
            return
        if run.status not in {"planned", "sending", "failed"}:
            raise HeldError(f"Run {run_id!r} is {run.status} and cannot be approved any more. {_anew(run)}")
        verdict = find_verdict(connection, run_id)
        if verdict is None:
            raise HeldError(f"Run {run_id!r} was not judged by its guard yet, so nobody can approve it. {_anew(run)}")
        if verdict.decision == "stop":
            raise HeldError(f"Run {run_id!r} cannot be approved: {verdict.told}. Look at what was published.")
        if digest != verdict.digest or digest != plan_digest(connection, run_id):
            raise HeldError(f"Run {run_id!r} does not hold the plan {digest!r} that was approved. {_anew(run)}")
        connection.execute(
            "insert into ops.sync_approvals as known (run_id, plan_digest, approved_by) values (%s, %s, %s)"
            " on conflict (run_id) do update set plan_digest = excluded.plan_digest,"
            " approved_by = excluded.approved_by, approved_at = now()"
            " where known.plan_digest <> excluded.plan_digest",
            [run_id, digest, approved_by],
        )


def require_approval(connection: psycopg.Connection, run: Run) -> None:
    """Raise HeldError unless exactly this plan is within its budget, or a person approved it."""
    verdict = find_verdict(connection, run.run_id)
    if verdict is None:
        raise HeldError(f"Run {run.run_id!r} was not judged by its guard, so nothing was sent. {_anew(run)}")
    if verdict.decision == "stop":
        raise HeldError(f"Run {run.run_id!r} is stopped, so nothing was sent: {verdict.told}. {_anew(run)}")
    if verdict.decision == "approve" and find_approval(connection, run.run_id) != verdict.digest:
        raise HeldError(
            f"Run {run.run_id!r} is past its budget and nobody approved it, so nothing was sent: {verdict.told}. "
            f"{how_to_approve(run.destination, verdict.digest)}"
        )
    if plan_digest(connection, run.run_id) != verdict.digest:
        raise HeldError(
            f"The rows of run {run.run_id!r} are others than those judged, so nothing was sent. {_anew(run)}"
        )


def find_approval(connection: psycopg.Connection, run_id: str) -> str | None:
    """Return the digest of the plan that a person approved for this run, or None."""
    row = connection.execute("select plan_digest from ops.sync_approvals where run_id = %s", [run_id]).fetchone()
    return None if row is None else str(row[0])


def how_to_approve(destination: str, digest: str) -> str:
    """Tell where a person approves a plan."""
    return (
        f"Approve it in Airflow (abm_activate_{destination}), or: "
        f"abm send {destination} --plan {digest} --approve-by NAME"
    )


def _anew(run: Run) -> str:
    return f"Plan anew: trigger abm_activate_{run.destination}, or run: abm send {run.destination}"
