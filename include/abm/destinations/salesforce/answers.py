"""What Salesforce said of one row, and what that makes of the row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from abm.destinations import Result
from abm.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.destinations import Change, Outcome
    from abm.destinations.apart import End
    from abm.errors import AbmError

ROW_LOCK = "UNABLE_TO_LOCK_ROW"
GONE = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
_PASSING = frozenset(
    {
        ROW_LOCK,
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "LIMIT_EXCEEDED",
        "NO_RESULT",
        "QUERY_TIMEOUT",
        "REQUEST_RUNNING_TOO_LONG",
        "SERVER_UNAVAILABLE",
        "TOO_MANY_APEX_REQUESTS",
        "UNKNOWN_EXCEPTION",
        "UNPROCESSED",
    }
)
# Texts that Salesforce writes itself and that quote no value; other texts may repeat what the row holds.
_SAFE_TEXTS = frozenset(
    {
        *GONE,
        ROW_LOCK,
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INVALID_BATCH",
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "MALFORMED_ID",
        "NO_RESULT",
        "REQUIRED_FIELD_MISSING",
        "UNPROCESSED",
    }
)
_BULK_ERROR = re.compile(r"([A-Z][A-Z0-9_]+):(.*):([^:]*?)\s*--\s*", re.DOTALL)


class Answer(NamedTuple):
    """One row's answer; no code means that Salesforce took it."""

    change: Change
    code: str | None = None
    message: str = ""
    fields: Sequence[str] = ()

    @property
    def is_locked(self) -> bool:
        """Locks also come inside the text of another code, where a trigger met one."""
        return self.code is not None and (self.code == ROW_LOCK or ROW_LOCK in self.message)

    def result(self) -> Result:
        change = self.change
        if self.code is None:
            return Result(change.object_key, _done(change))
        if change.operation == "remove" and self.code in GONE:
            return Result(change.object_key, "removed", self.code, "the record is gone, and its fields with it")
        is_passing = self.is_locked or self.code in _PASSING
        code = ROW_LOCK if self.is_locked else self.code
        return Result(change.object_key, "failed" if is_passing else "refused", code, self._reason())

    def _reason(self) -> str:
        on_fields = f" on {', '.join(self.fields)}" if self.fields else ""
        text = f": {self.message}" if self.code in _SAFE_TEXTS and self.message else ""
        return f"{self.code}{on_fields}{text}"


def from_bulk_error(change: Change, error: str) -> Answer:
    """Read the `sf__Error` column, `CODE:message:fields --` or, without fields, `CODE:message:--`; or the bare code."""
    if match := _BULK_ERROR.fullmatch(error):
        code, message, fields = match.groups()
        return Answer(change, code, message, [name.strip() for name in fields.split(",") if name.strip()])
    code, _, message = error.partition(":")
    return Answer(change, code if re.fullmatch(r"[A-Z][A-Z0-9_]+", code) else "UNKNOWN_ERROR", message)


def from_refusal(change: Change, outcome: End, error: AbmError) -> Answer:
    """Answer for a row whose call was refused: by the platform's code where it stood alone, else as not yet done."""
    if outcome == "refused" and isinstance(error, RefusedError):
        return Answer(change, error.code, str(error))
    return Answer(change, "NO_RESULT", str(error))


def _done(change: Change) -> Outcome:
    return "removed" if change.operation == "remove" else "updated"
