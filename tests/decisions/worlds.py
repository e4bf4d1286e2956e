"""Small worlds: a policy and accounts as rows of the tables that the decision reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.policy.tables import TABLES

if TYPE_CHECKING:
    import datetime as dt

    from abm.policy.schema import Policy
    from tests.decisions.decider import World

VERSION = "policy"


def policy_rows(policy: Policy, as_of: dt.date, *, is_review: bool = False) -> World:
    """Return the rows that a build of this policy and day has in `ops`."""
    context = {
        "only_row": True,
        "release_id": "today",
        "as_of_date": as_of,
        "policy_version": VERSION,
        "started_at": "2026-01-01T00:00:00Z",
        "is_review": is_review,
    }
    rows = {
        f"ops.{table}": [{"policy_version": VERSION, **row} for row in make_rows(policy)]
        for table, make_rows in TABLES.items()
    }
    return {"ops.build_context": [context], **rows}
