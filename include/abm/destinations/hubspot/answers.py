"""What a batch update's answer says of each row; a row it says nothing of has failed, whatever the status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from abm.destinations import Change, Result
from abm.errors import AbmError, RefusedError, RetryableError
from abm.platforms.hubspot import code_and_reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_FOUND = "OBJECT_NOT_FOUND"
NOT_ACKNOWLEDGED = "NOT_ACKNOWLEDGED"
# Categories of rows that sending again will not mend. Any other may pass later; a scope, when someone grants it.
_FINAL = frozenset({"VALIDATION_ERROR", NOT_FOUND, "CONFLICT", "OBJECT_ALREADY_EXISTS"})


class RecordId(TypedDict, total=False):
    id: str | int


class BatchAnswer(TypedDict, total=False):
    """What is read of a batch update's answer: of each record its id, not the properties that it tells back."""

    results: list[RecordId] | None
    errors: list[dict[str, Any]] | None


def read_answer(batch: Sequence[Change], body: BatchAnswer) -> list[Result]:
    """Return one result for each row: errors by trace id or record id, successes by record id, the rest failed."""
    told = body.get("errors") or ()
    errors = _errors_by_key(told)
    if len(batch) == 1 and not errors and told:
        errors = {batch[0].object_key: told[0]}
    written = {str(record.get("id")) for record in body.get("results") or ()} - errors.keys()
    return [
        Result(row.object_key, "removed" if row.operation == "remove" else "updated")
        if row.object_key in written
        else _unwritten(row, errors.get(row.object_key))
        for row in batch
    ]


def blames_nobody(body: BatchAnswer) -> bool:
    """Tell whether some error of the answer names no row."""
    return any(not _errors_by_key([error]) for error in body.get("errors") or ())


def refused(row: Change, code: str, reason: str) -> Result:
    """Return the row as refused; clearing the fields of a record that is gone is done, not refused."""
    if row.operation == "remove" and code == NOT_FOUND:
        return Result(row.object_key, "removed", code, "The record is gone")
    return Result(row.object_key, "refused", code, reason)


def failed(row: Change, error: AbmError) -> Result:
    code = error.code if isinstance(error, RetryableError | RefusedError) else type(error).__name__
    return Result(row.object_key, "failed", code, str(error)[:255])


def _unwritten(row: Change, error: Mapping[str, Any] | None) -> Result:
    if error is None:
        reason = "HubSpot's answer does not mention the record; it is sent again by the next run"
        return Result(row.object_key, "failed", NOT_ACKNOWLEDGED, reason)
    code, reason = code_and_reason(error)
    if error.get("category") in _FINAL:
        return refused(row, code, reason)
    return Result(row.object_key, "failed", code, reason)


def _errors_by_key(errors: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for error in errors:
        context = error.get("context") or {}
        for key in [*(context.get("objectWriteTraceId") or ()), *(context.get("ids") or ())]:
            found[str(key)] = error
    return found
