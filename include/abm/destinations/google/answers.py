"""What Google's status of a request says of each of its members, long after the request was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.destinations.verdicts import ACCEPTED, LONGEST_REASON, Verdict
from abm.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROCESSING, SUCCESS, PARTIAL_SUCCESS, FAILED = "PROCESSING", "SUCCESS", "PARTIAL_SUCCESS", "FAILED"
_PREFIX = "PROCESSING_ERROR_REASON_"
# Reasons that lie in the row; with any other the same row may pass later.
_FINAL = frozenset(
    {"DENIED_CONSENT", "NO_CONSENT", "UNKNOWN_CONSENT", "INVALID_FORMAT", "USER_IDENTIFIER_DECRYPTION_ERROR"}
)


def read_status(body: Mapping[str, Any], members: int) -> Sequence[Verdict] | None:
    """Return a verdict for each member of a request to one destination; None while Google still works on it."""
    try:
        (told,) = body["requestStatusPerDestination"]
        status = told["requestStatus"]
        counts = told.get("errorInfo", {}).get("errorCounts", [])
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError("Google told a request's status in a form its documentation does not have.") from error
    if status == PROCESSING:
        return None
    if status == SUCCESS:
        return [ACCEPTED] * members
    if status == FAILED:
        return _by_index(counts, [_worst(counts)] * members)
    if status == PARTIAL_SUCCESS:
        return _by_index(counts, [_of_the_rest(counts)] * members)
    return [_failed(str(status), "Google does not know what became of it")] * members


def still_processing(request_id: str) -> Verdict:
    told = (
        f"Google still works on request {request_id}; the next run sends it again, which changes nothing if it passed"
    )
    return _failed(PROCESSING, told)


def _by_index(counts: Sequence[Mapping[str, Any]], others: list[Verdict]) -> Sequence[Verdict]:
    verdicts = others
    for count in counts:
        for place in count.get("recordIndices", []):
            if place < len(verdicts):
                verdicts[place] = _verdict(_reason([count]))
    return verdicts


def _of_the_rest(counts: Sequence[Mapping[str, Any]]) -> Verdict:
    """Judge members that no error names: where Google counts more errors than it names, any of them may be meant."""
    unnamed = [count for count in counts if int(count.get("recordCount", 0)) > len(count.get("recordIndices", []))]
    if counts and not unnamed:
        return ACCEPTED
    return _failed(_reason(unnamed), "Google does not say which members it means")


def _worst(counts: Sequence[Mapping[str, Any]]) -> Verdict:
    """Judge members that all failed: by the one reason, or as passing where there are several."""
    reasons = {_reason([count]) for count in counts}
    return (
        _verdict(reasons.pop())
        if len(reasons) == 1
        else _failed("FAILED", f"for {', '.join(sorted(reasons)) or 'no reason told'}")
    )


def _reason(counts: Sequence[Mapping[str, Any]]) -> str:
    return str(counts[0].get("reason", "UNSPECIFIED")).removeprefix(_PREFIX) if counts else PARTIAL_SUCCESS


def _verdict(reason: str) -> Verdict:
    told = f"Google could not process it: {reason}"[:LONGEST_REASON]
    return Verdict("refused" if reason in _FINAL else "failed", reason, told)


def _failed(code: str, reason: str) -> Verdict:
    return Verdict("failed", code, reason[:LONGEST_REASON])
