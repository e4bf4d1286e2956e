"""What LinkedIn's answer says of each element; it answers 200 with failures inside."""

from __future__ import annotations

from typing import Any

import httpx

from abm.destinations.verdicts import ACCEPTED, LONGEST_REASON, Verdict

# Statuses of an element that sending it again will not mend; any other may pass later.
_FINAL = frozenset({400, 404, 410, 413, 422})


def read_element(answered: Any, *, is_removal: bool) -> Verdict:
    """Return what an element of the answer means; an element that says nothing has failed."""
    status = answered.get("status") if isinstance(answered, dict) else None
    if not isinstance(status, int):
        return Verdict(
            "failed", "NOT_ACKNOWLEDGED", "LinkedIn's answer says nothing of it; the next run sends it again"
        )
    if status < httpx.codes.BAD_REQUEST:
        return ACCEPTED
    if is_removal and status == httpx.codes.NOT_FOUND:
        return ACCEPTED
    error = answered.get("error")
    told = error if isinstance(error, dict) else {}
    code = str(told.get("code") or status)
    reason = str(told.get("message") or f"LinkedIn answered {status} for it")[:LONGEST_REASON]
    return Verdict("refused" if status in _FINAL else "failed", code, reason)
