"""The verdict on a plan, kept in the warehouse: sending asks there and takes nobody's word for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import psycopg

from abm.activation.audience_forecasts import read_forecasts
from abm.activation.guards.limits import Finding, findings
from abm.activation.guards.present import markdown
from abm.activation.guards.tallies import Measured, measure
from abm.activation.runs import require_run
from abm.errors import BusyError
from abm.policy.versions import policy_version
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.policy.schema import Policy
    from abm.settings import Connection

Decision = Literal["send", "approve", "stop"]

_TRIES = 5
_TOLD = 3  # reasons in one sentence; the summary has all of them
_KEEP_VERDICT = """
insert into ops.sync_verdicts (run_id, decision, plan_digest, policy_version, told, summary)
values (%s, %s, %s, %s, %s, %s)
on conflict (run_id) do update
set
    decision = excluded.decision, plan_digest = excluded.plan_digest, policy_version = excluded.policy_version,
    told = excluded.told, summary = excluded.summary, judged_at = now()
"""
_KEEP_FINDING = """
insert into ops.sync_findings (run_id, finding, policy_key, audience, field, told) values (%s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Verdict:
    """What to do with a plan and why; `summary` is Markdown that a person can decide on: counts and keys only.

    `digest` names the plan that was judged; `measured` is None where the run had begun and its first verdict stands.
    """

    run_id: str
    destination: str
    decision: Decision
    digest: str
    reasons: Sequence[str]
    told: str
    summary: str
    measured: Measured | None = None

    @property
    def counts(self) -> str:
        """Return the summary's first line: the plan in one sentence."""
        return self.summary.partition("\n")[0].replace("**", "")

    @property
    def is_within_budget(self) -> bool:
        return self.decision == "send"


def guard(url: str, run_id: str, policy: Policy, connection: Connection | None = None) -> Verdict:
    """Judge a planned run by the policy's limits, and keep the verdict; an empty input is never sent.

    A connection that says `is_sandbox` leads to nobody's platform: its first sync is not asked about. A run that has
    begun keeps the verdict it began with. Where others judge the same run meanwhile, it is judged again by what they
    left.
    """
    for _ in range(_TRIES):
        try:
            return _guard(url, run_id, policy, connection)
        except psycopg.errors.SerializationFailure:
            continue
    raise BusyError(f"Run {run_id!r} is being judged by others. Nothing was changed; try again when they have ended.")


def _guard(url: str, run_id: str, policy: Policy, connection: Connection | None) -> Verdict:
    with connect(url) as warehouse:
        warehouse.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # counts and digest are of one moment
        run = require_run(warehouse, run_id)
        if run.status != "planned" and (known := find_verdict(warehouse, run_id)):
            return known
        limits = policy.guards.of(run.destination)
        measured = measure(warehouse, run_id, limits, read_forecasts(url, run_id))
        found = _empty(measured) or list(findings(measured, limits, may_go_first=_is_sandbox(connection)))
        verdict = _verdict(measured, found)
        _keep(warehouse, verdict, found, policy_version(policy))
    return verdict


def _is_sandbox(connection: Connection | None) -> bool:
    """Read a yes or no that is text in the URI form of a connection."""
    return connection is not None and str(connection.extra.get("is_sandbox")).lower() == "true"


def _empty(measured: Measured) -> list[Finding]:
    plan = measured.plan
    if plan.rows_desired or not plan.rows_acknowledged:
        return []
    return [
        Finding("guards", f"nothing is published for {plan.destination}, which holds {plan.rows_acknowledged:,} rows")
    ]


def _verdict(measured: Measured, found: Sequence[Finding]) -> Verdict:
    destination = measured.plan.destination
    decision: Decision = "send"
    if found:
        decision = "stop" if found[0].policy_key == "guards" else "approve"
    told = "; ".join(finding.told for finding in found[:_TOLD]) or "within its budget"
    if len(found) > _TOLD:
        told += f"; and {len(found) - _TOLD} more limits"
    return Verdict(
        run_id=measured.plan.run_id,
        destination=destination,
        decision=decision,
        digest=measured.digest,
        reasons=[finding.told for finding in found],
        told=f"{destination}: {told}",
        summary=markdown(measured, found, decision),
        measured=measured,
    )


def find_verdict(connection: psycopg.Connection, run_id: str) -> Verdict | None:
    """Return the verdict that was kept for a run, or None."""
    row = connection.execute(
        "select destination, decision, plan_digest, told, summary"
        " from ops.sync_verdicts inner join ops.sync_runs using (run_id) where run_id = %s",
        [run_id],
    ).fetchone()
    if row is None:
        return None
    reasons = connection.execute(
        "select told from ops.sync_findings where run_id = %s order by finding", [run_id]
    ).fetchall()
    destination, decision, digest, told, summary = row
    return Verdict(run_id, destination, decision, digest, [reason for (reason,) in reasons], told, summary)


def _keep(connection: psycopg.Connection, verdict: Verdict, found: Sequence[Finding], version: str) -> None:
    connection.execute(
        _KEEP_VERDICT,
        [verdict.run_id, verdict.decision, verdict.digest, version, verdict.told, verdict.summary],
    )
    connection.execute("delete from ops.sync_findings where run_id = %s", [verdict.run_id])
    with connection.cursor() as cursor:
        cursor.executemany(
            _KEEP_FINDING,
            [
                (verdict.run_id, place, finding.policy_key, finding.audience, finding.field, finding.told)
                for place, finding in enumerate(found, start=1)
            ],
        )
