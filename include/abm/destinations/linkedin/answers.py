"""What LinkedIn's answer says of each element; it answers 200 with failures inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import httpx

from abm.errors import AbmError, RefusedError, RetryableError

LONGEST_REASON = 255
# Statuses of an element that sending it again will not mend; any other may pass later.
_FINAL = frozenset({400, 404, 410, 413, 422})


@dataclass(frozen=True)
class Verdict:
    """How one element ended."""

    outcome: Literal["accepted", "refused", "failed"]
    code: str | None = None
    reason: str | None = None


ACCEPTED = Verdict("accepted")


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


def failed(error: AbmError) -> Verdict:
    code = error.code if isinstance(error, RetryableError | RefusedError) else type(error).__name__
    return Verdict("failed", code, str(error)[:LONGEST_REASON])


def refused(error: RefusedError) -> Verdict:
    return Verdict("refused", error.code, str(error)[:LONGEST_REASON])
