"""What is told: one kind for each state that somebody must know of, each with its page in docs/runbooks.

`states` selects one row for each thing in that state: `subject` (what it is about), `what` (a sentence), `digest`
(changes when it is another state and must be told again), `since`, `rows_affected`, and `row_keys`. None of them may
hold a person's data. `reads` names what must exist for the question to have an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.alerts import states_of_audiences as audiences
from abm.alerts import states_of_landing as landing
from abm.alerts import states_of_releases as releases
from abm.alerts import states_of_sending as sending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Kind:
    """A state by the name of its runbook, and the next step of whoever is told."""

    name: str
    next_step: str
    states: str
    reads: Sequence[str] = ()


_ALL = (
    Kind(
        "landing-check-failed",
        "Look at the failed checks; mend the delivery at the source, or the limit in the policy.",
        landing.HELD,
    ),
    Kind(
        "source-stale",
        "Look at the source's steps in abm_ingest; 'abm doctor' tries its connection.",
        landing.STALE,
    ),
    Kind(
        "check-warning",
        "Look at the figure; if it is right, raise the limit in the policy.",
        landing.WARNING,
    ),
    Kind(
        "candidate-not-published",
        "Look at the reason, mend it, then clear the failed task of abm_model or trigger the DAG.",
        releases.NOT_PUBLISHED,
    ),
    Kind(
        "approval-waits",
        "Open the task's required actions in Airflow and approve or reject; no answer in 20 hours is a rejection.",
        releases.WAITING,
        ("ops.approvals",),
    ),
    Kind(
        "run-not-finished",
        "Look at the log of the destination's DAG; once mended, clear 'send' or trigger the DAG.",
        sending.NOT_FINISHED,
        ("ops_marts.fct_sync_health",),
    ),
    Kind(
        "run-held",
        "Look at what the guard says; expected: trigger the DAG and approve; not expected: find out what changed.",
        sending.HELD,
        ("ops_marts.fct_sync_health",),
    ),
    Kind(
        "rows-refused",
        "Mend the records, or the field on the platform; a row is sent again when its content changes.",
        sending.REFUSED,
        ("ops_marts.fct_sync_waiting_rows",),
    ),
    Kind(
        "rows-failing",
        "They come again by themselves; look at the platform's words for what keeps them from passing.",
        sending.FAILING,
        ("ops_marts.fct_sync_waiting_rows",),
    ),
    Kind(
        "audience-small",
        "Wait two days where it is new; else widen or merge audiences in the policy.",
        audiences.SMALL,
        ("ops_marts.fct_audience_sizes",),
    ),
    Kind(
        "audience-collapsed",
        "Look at the audience in the ad account: was it deleted, flagged, or did memberships run out?",
        audiences.COLLAPSED,
        ("ops_marts.fct_audience_sizes",),
    ),
    Kind(
        "opt-out-late",
        "Remove these people by hand in the ad account today, and tell whoever answers for data protection.",
        audiences.OPT_OUT_LATE,
        ("ops_marts.fct_opt_out_removals",),
    ),
    Kind(
        "removal-late",
        "Remove these members by hand in the ad account today, then find out why the platform did not.",
        audiences.NOT_LEFT,
        ("ops_marts.fct_sync_waiting_rows",),
    ),
    Kind(
        "edits-found",
        "Ask the records' owners; where an import or automation writes our fields, have it stopped.",
        sending.EDITED,
        ("ops.field_edits",),
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
