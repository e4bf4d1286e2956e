"""A plan as it goes on its way: judged by its guard and, past the budget, approved by somebody."""

from __future__ import annotations

import contextlib

from abm import activation
from abm.errors import HeldError
from abm.policy.load import load_policy


def let(url: str, run_id: str) -> None:
    """Have the run judged by the default policy and approved; what can no longer be is left for sending to refuse."""
    with contextlib.suppress(HeldError):
        verdict = activation.guard(url, run_id, load_policy(None))
        if verdict.decision == "approve":
            activation.approve(url, run_id, verdict.digest, "tests")
