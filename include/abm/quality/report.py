"""What a check found: one finding an expectation, numbers only, never a value of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from abm.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import Sequence

Severity = Literal["stop", "warn"]


@dataclass(frozen=True)
class Finding:
    """One expectation's result on one subject."""

    subject: str
    expectation: str
    severity: Severity
    success: bool
    observed: str | None
    expected: str | None
    description: str

    def __str__(self) -> str:
        seen = f" (observed {self.observed})" if self.observed is not None else ""
        return f"{self.subject}: {self.description}{seen}"


@dataclass(frozen=True)
class Report:
    """All findings of one check run."""

    name: str
    findings: Sequence[Finding]

    @property
    def expectations(self) -> int:
        return len(self.findings)

    @property
    def failed(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.success]

    @property
    def stops(self) -> bool:
        return any(finding.severity == "stop" for finding in self.failed)

    @property
    def summary(self) -> str:
        """Return one paragraph: what stops first, then what only warns."""
        if not self.failed:
            return f"All {self.expectations} expectations on {self.name} hold."
        ordered = sorted(self.failed, key=lambda finding: finding.severity != "stop")
        told = "; ".join(f"[{finding.severity}] {finding}" for finding in ordered)
        return f"{len(self.failed)} of {self.expectations} expectations on {self.name} failed: {told}."

    def raise_if_stopped(self) -> None:
        """Raise HeldError, with the summary and where to look, if an expectation that stops has failed."""
        if self.stops:
            raise HeldError(
                f"{self.summary} Details: ops.check_results and the Data Docs; limits: 'checks' in the policy."
            )
