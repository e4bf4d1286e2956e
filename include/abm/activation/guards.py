"""The change budget of a plan: what may leave without a person's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from abm.activation.planning import PlanSummary, read_plan
from abm.activation.runs import require_run
from abm.destinations import REGISTRY
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abm.policy.schema import Policy

_AUDIENCES = """
select audience, removals, members
from (
    select split_part(object_key, '/', 1) as audience, count(*) as removals
    from ops.sync_changes where run_id = %(run_id)s and operation = 'remove' group by 1
) as planned
inner join (
    select split_part(object_key, '/', 1) as audience, count(*) as members
    from ops.sync_state where destination = %(destination)s group by 1
) as acknowledged using (audience)
order by audience
"""


@dataclass(frozen=True)
class Verdict:
    """What to do with a plan, why, and a summary a person can decide on: counts and names, never a row's content."""

    decision: Literal["send", "approve", "stop"]
    reasons: Sequence[str]
    summary: str

    @property
    def is_within_budget(self) -> bool:
        return self.decision == "send"


def guard(url: str, run_id: str, policy: Policy) -> Verdict:
    """Judge a planned run by the policy's guard of its destination; an empty input is never sent."""
    with connect(url) as connection:
        destination = require_run(connection, run_id).destination
        plan = read_plan(connection, run_id, destination)
        audiences = connection.execute(_AUDIENCES, {"run_id": run_id, "destination": destination}).fetchall()
    if plan is None:
        raise AssertionError(run_id)
    return _judge(plan, audiences if REGISTRY[destination].kind == "audiences" else [], policy)


def _judge(plan: PlanSummary, audiences: Sequence[tuple[str, int, int]], policy: Policy) -> Verdict:
    if not plan.rows_desired and plan.rows_acknowledged:
        reason = f"nothing is published for {plan.destination}, which holds {plan.rows_acknowledged} rows"
        return Verdict("stop", (reason,), _summary(plan, (reason,)))
    reasons = (*_over_budget(plan, policy), *_emptied(audiences, plan.destination, policy))
    return Verdict("approve" if reasons else "send", reasons, _summary(plan, reasons))


def _over_budget(plan: PlanSummary, policy: Policy) -> Iterator[str]:
    budget = policy.guards.of(plan.destination)
    for noun, rows, base, share in (
        ("creations", plan.creations, plan.rows_desired, budget.max_create_share),
        ("updates", plan.updates, plan.rows_acknowledged, budget.max_update_share),
        ("removals", plan.removals, plan.rows_acknowledged, budget.max_remove_share),
    ):
        if base >= budget.minimum_rows and rows > share * base:
            yield f"{rows} {noun} are {rows / base:.1%} of {base} rows, budget {share:.1%}"


def _emptied(audiences: Sequence[tuple[str, int, int]], destination: str, policy: Policy) -> Iterator[str]:
    share = policy.guards.max_audience_removed_share
    for audience, removals, members in audiences:
        if members >= policy.guards.of(destination).minimum_rows and removals > share * members:
            yield f"audience {audience!r} loses {removals} of {members} members, budget {share:.1%}"


def _summary(plan: PlanSummary, reasons: Sequence[str]) -> str:
    counts = (
        f"{plan.destination}: {plan.creations} creations, {plan.updates} updates, {plan.removals} removals; "
        f"{plan.rows_unchanged} of {plan.rows_desired} rows unchanged, "
        f"{plan.rows_withheld} refused before and not sent again."
    )
    return "\n".join([counts, *(f"Over budget: {reason}." for reason in reasons)])
