"""The policy's two severities in Great Expectations' words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from abm.policy.limits import Check


def severity(check: Check) -> Literal["critical", "warning"]:
    return "critical" if check.severity == "stop" else "warning"
