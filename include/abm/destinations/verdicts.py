"""How one member of an audience ended, before that becomes its row's result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from abm.errors import AbmError, RefusedError, RetryableError

LONGEST_REASON = 255


@dataclass(frozen=True)
class Verdict:
    """What the platform made of one member."""

    outcome: Literal["accepted", "refused", "failed", "held"]
    code: str | None = None
    reason: str | None = None


ACCEPTED = Verdict("accepted")


def failed(error: AbmError) -> Verdict:
    """Return the verdict on a member that the error kept from an answer: it comes again."""
    code = error.code if isinstance(error, RetryableError | RefusedError) else type(error).__name__
    return Verdict("failed", code, str(error)[:LONGEST_REASON])


def refused(error: RefusedError) -> Verdict:
    """Return the verdict on a member that the platform will not take as it is."""
    return Verdict("refused", error.code, str(error)[:LONGEST_REASON])
