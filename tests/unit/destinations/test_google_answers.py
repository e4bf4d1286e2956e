"""Google's word on a request's members, also where it is short of what its documentation promises."""

from __future__ import annotations

import httpx
import pytest

from abm.destinations.google.answers import read_status
from abm.destinations.google.uploads import Rhythm
from abm.errors import ConfigurationError, ContractError, RefusedError, RetryableError
from abm.platforms.google import classify


def _status(status, *counts):
    return {"requestStatusPerDestination": [{"requestStatus": status, "errorInfo": {"errorCounts": list(counts)}}]}


def _count(reason, number, indices=None):
    told = {"reason": f"PROCESSING_ERROR_REASON_{reason}", "recordCount": str(number)}
    return told if indices is None else told | {"recordIndices": indices}


def _told(verdicts):
    return [(verdict.outcome, verdict.code) for verdict in verdicts]


def test_request_under_way_says_nothing_yet():
    assert read_status(_status("PROCESSING"), 2) is None


def test_success_is_of_every_member():
    assert _told(read_status(_status("SUCCESS"), 2)) == [("accepted", None)] * 2


def test_indices_say_which_members_failed():
    status = _status("PARTIAL_SUCCESS", _count("NO_CONSENT", 1, [2]), _count("INTERNAL_ERROR", 1, [0]))
    assert _told(read_status(status, 3)) == [
        ("failed", "INTERNAL_ERROR"), ("accepted", None), ("refused", "NO_CONSENT"),
    ]  # fmt: skip


@pytest.mark.parametrize("indices", [None, [], [1]])
def test_errors_without_their_indices_leave_nobody_taken(indices):
    told = _told(read_status(_status("PARTIAL_SUCCESS", _count("INVALID_FORMAT", 2, indices)), 3))
    assert told[0] == told[2] == ("failed", "INVALID_FORMAT")
    assert told[1] == ("refused" if indices else "failed", "INVALID_FORMAT")


def test_partial_success_without_any_error_leaves_nobody_taken():
    assert _told(read_status(_status("PARTIAL_SUCCESS"), 1)) == [("failed", "PARTIAL_SUCCESS")]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([_count("DENIED_CONSENT", 2)], ("refused", "DENIED_CONSENT")),
        ([_count("DESTINATION_TOO_RECENTLY_CREATED", 2)], ("failed", "DESTINATION_TOO_RECENTLY_CREATED")),
        ([_count("DENIED_CONSENT", 1), _count("INVALID_FORMAT", 1)], ("failed", "FAILED")),
        ([], ("failed", "FAILED")),
    ],
)
def test_request_that_failed_whole_is_judged_by_its_reason(counts, told):
    assert _told(read_status(_status("FAILED", *counts), 2)) == [told] * 2


def test_indices_of_a_whole_failure_tell_the_reasons_apart():
    status = _status("FAILED", _count("DENIED_CONSENT", 1, [0]), _count("INTERNAL_ERROR", 1, [1]))
    assert _told(read_status(status, 2)) == [("refused", "DENIED_CONSENT"), ("failed", "INTERNAL_ERROR")]
    assert _told(read_status(status, 3))[2] == ("failed", "FAILED")


def test_unknown_status_may_pass_later():
    assert _told(read_status(_status("REQUEST_STATUS_UNKNOWN"), 1)) == [("failed", "REQUEST_STATUS_UNKNOWN")]


@pytest.mark.parametrize("body", [{}, {"requestStatusPerDestination": []}, {"requestStatusPerDestination": [{}]}])
def test_status_of_another_form_breaks_the_contract(body):
    with pytest.raises(ContractError):
        read_status(body, 1)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, "<html>", RefusedError, "400"),
        (400, [1], RefusedError, "400"),
        (404, {"error": {"status": "NOT_FOUND", "details": ["x", {"@type": 5}]}}, RefusedError, "NOT_FOUND"),
        (409, {"error": {"status": "ABORTED"}}, RetryableError, "ABORTED"),
        (409, {"error": {"status": "ALREADY_EXISTS"}}, RefusedError, "ALREADY_EXISTS"),
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, RetryableError, "RESOURCE_EXHAUSTED"),
        (500, {}, RetryableError, "500"),
        (504, {"error": {"status": "DEADLINE_EXCEEDED"}}, RetryableError, "DEADLINE_EXCEEDED"),
    ],
)
def test_every_member_of_an_error_is_optional(status, body, kind, code):
    answer = httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)
    error = classify(answer)
    assert isinstance(error, kind)
    assert error.code == code


@pytest.mark.parametrize("status", [401, 403])
def test_denied_access_is_for_a_person(status):
    assert isinstance(classify(httpx.Response(status)), ConfigurationError)


def test_rhythm_grows_to_an_hour_and_ends():
    waits = []
    assert sum(1 for _ in Rhythm(sleep=waits.append).turns()) == len(waits)
    assert waits[:4] == [1800.0, 2340.0, 3042.0, 3600.0]
    assert sum(waits) <= 21_600.0
    assert list(Rhythm(first=0.0, most=0.0, sleep=waits.append).turns()) == [None]
