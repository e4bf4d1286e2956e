"""An alert as people read it, and as a program does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from abm.alerts.changes import ChangeKind

RUNBOOKS = "docs/runbooks"
_SIGNS = {"opened": "NEW", "changed": "CHANGED", "resolved": "RESOLVED"}


@dataclass(frozen=True)
class Alert:
    """One recorded change of state; `row_keys` are examples, at most five, of `rows_affected`.

    `alert_id` is the same however often it is sent, so that who receives it twice can tell.
    """

    alert_id: int
    kind: str
    subject: str
    change: ChangeKind
    what: str
    since: datetime | None
    rows_affected: int | None
    row_keys: Sequence[str]
    next_step: str
    noticed_at: datetime
    may_be_repeated: bool

    @property
    def runbook(self) -> str:
        return f"{RUNBOOKS}/{self.kind}.md"

    @property
    def title(self) -> str:
        """Name state and subject in one line, for a mail's subject."""
        return f"{_SIGNS[self.change]} {self.kind}: {self.subject}"

    @property
    def text(self) -> str:
        """Tell all of it in a few lines."""
        lines = [f"{self.title}: {self.what}"]
        if self.since is not None and self.change != "resolved":
            lines.append(f"Since {self.since:%Y-%m-%d %H:%M} UTC")
        if self.row_keys:
            more = (self.rows_affected or 0) - len(self.row_keys)
            lines.append(f"Rows: {', '.join(self.row_keys)}{f' and {more} more' if more > 0 else ''}")
        lines.append("Nothing to do." if self.change == "resolved" else f"Next: {self.next_step}")
        repeated = ", perhaps told before" if self.may_be_repeated else ""
        return "\n".join([*lines, f"Runbook: {self.runbook} (alert {self.alert_id}{repeated})"])

    def as_json(self) -> dict[str, Any]:
        """Return the message of the plain webhook."""
        return {
            "alert_id": self.alert_id,
            "kind": self.kind,
            "subject": self.subject,
            "change": self.change,
            "what": self.what,
            "since": self.since.isoformat() if self.since else None,
            "rows_affected": self.rows_affected,
            "row_keys": list(self.row_keys),
            "next_step": None if self.change == "resolved" else self.next_step,
            "runbook": self.runbook,
            "noticed_at": self.noticed_at.isoformat(),
            "may_be_repeated": self.may_be_repeated,
        }
