"""What Meta answers for a request of many, and what becomes of each row: how many are malformed, some of which."""

from __future__ import annotations

import hashlib

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.destinations import Change
from abm.destinations.meta import sending
from abm.destinations.meta.destination import connect
from abm.settings import Connection

CORE = "Programme core"


def _open(answer, asked=None):
    """Return a destination whose audience is there, and whose people `answer(rows)` answers for."""

    def handle(request):
        if request.method == "GET":
            return httpx.Response(200, json={"data": [{"id": "1", "name": CORE, "subtype": "CUSTOM"}]})
        body = orjson.loads(request.content)
        rows = body["payload"]["data"]
        if asked is not None:
            asked.append((request.method, len(rows), body["session"]))
        answered = answer(rows)
        return answered if isinstance(answered, httpx.Response) else httpx.Response(200, json=answered)

    connection = Connection("abm_meta", "http://meta.test", "", "token", {"account": "act_1"})
    return connect(connection, httpx.MockTransport(handle))


def _received(rows, invalid=(), samples=None):
    told = {orjson.dumps(row).decode(): "" for row in invalid} if samples is None else samples
    return {
        "audience_id": "1",
        "session_id": "9",
        "num_received": len(rows),
        "num_invalid_entries": len(invalid),
        "invalid_entry_samples": told,
    }


def _digest(number):
    return hashlib.sha256(f"n{number}@example.com".encode()).hexdigest()


def _create(number):
    return Change(f"{CORE}/n{number}", "create", {"EMAIL": _digest(number)})


def _remove(number):
    return Change(f"{CORE}/n{number}", "remove", {}, {"EMAIL": _digest(number)})


def _numbers(results, outcome):
    return {int(result.object_key.rpartition("n")[2]) for result in results if result.outcome == outcome}


def _malformed(numbers, samples=None):
    """Answer as Meta does when it takes all but these."""
    digests = {_digest(number) for number in numbers}

    def answer(rows):
        invalid = [row for row in rows if row[0] in digests]
        return _received(rows, invalid, samples(invalid) if samples else None)

    return answer


@pytest.mark.parametrize(
    "samples",
    [
        None,
        lambda invalid: [orjson.dumps(row).decode() for row in invalid],
        lambda invalid: {str(n): row[0] for n, row in enumerate(invalid)},
    ],
    ids=["keyed by row text", "list", "keyed by place"],
)
def test_rows_that_samples_name_are_refused_after_one_request(samples):
    asked = []
    results = _open(_malformed({3, 5}, samples), asked).send([_create(n) for n in range(8)])
    assert _numbers(results, "refused") == {3, 5}
    assert {result.reason_code for result in results if result.outcome == "refused"} == {"INVALID_ENTRY"}
    assert _numbers(results, "created") == {0, 1, 2, 4, 6, 7}
    assert len(asked) == 1


def test_malformed_row_that_no_sample_names_is_found_by_halving():
    asked = []
    results = _open(_malformed({17}, lambda _: []), asked).send([_create(n) for n in range(64)])
    assert (_numbers(results, "refused"), len(_numbers(results, "created"))) == ({17}, 63)
    assert len(asked) <= 13


def test_more_malformed_rows_than_samples_are_found_by_sending_the_rest_again():
    asked = []

    def first_hundred(invalid):
        return {orjson.dumps(row).decode(): "" for row in invalid[:100]}

    results = _open(_malformed(range(250), first_hundred), asked).send([_create(n) for n in range(1000)])
    assert _numbers(results, "refused") == set(range(250))
    assert [rows for _, rows, _ in asked] == [1000, 900, 800]


def test_looking_for_malformed_rows_ends_and_the_rest_comes_again():
    asked = []
    results = _open(_malformed(range(0, 500, 2), lambda _: {}), asked).send([_create(n) for n in range(500)])
    assert len(results) == 500
    assert len(asked) <= sending.MOST_SPLITS + 1
    assert not _numbers(results, "created") & set(range(0, 500, 2))
    assert {result.reason_code for result in results if result.outcome == "failed"} == {"INVALID_ENTRY_NOT_NAMED"}


def test_row_that_makes_meta_refuse_the_request_is_found():
    def answer(rows):
        if [_digest(17)] in rows:
            error = {"message": "(#100) Data is missing or does not match schema", "code": 100}
            return httpx.Response(400, json={"error": error})
        return _received(rows)

    results = _open(answer).send([_create(n) for n in range(64)])
    assert (_numbers(results, "refused"), len(_numbers(results, "created"))) == ({17}, 63)
    assert next(result.reason_code for result in results if result.outcome == "refused") == "100"


def test_refused_removal_comes_again():
    refusal = httpx.Response(400, json={"error": {"message": "(#100) Invalid parameter", "code": 100}})
    (result,) = _open(lambda _: refusal).send([_remove(1)])
    assert (result.outcome, result.reason_code) == ("failed", "100")


def test_audience_that_refuses_as_a_whole_is_asked_once():
    asked = []
    error = {"message": "Permissions error", "code": 200, "error_subcode": 1870047}
    refusal = httpx.Response(400, json={"error": error})
    results = _open(lambda _: refusal, asked).send([_remove(n) for n in range(10_001)])
    assert {(result.outcome, result.reason_code) for result in results} == {("refused", "200/1870047")}
    assert (len(results), len(asked)) == (10_001, 1)


def test_error_inside_a_success_is_one():
    error = {"error": {"message": "(#100) Invalid parameter", "code": 100}}
    (result,) = _open(lambda _: error).send([_create(1)])
    assert (result.outcome, result.reason_code) == ("refused", "100")


@pytest.mark.parametrize("answer", [{}, {"num_received": 1, "num_invalid_entries": 0}, {"num_received": "two"}])
def test_answer_that_does_not_count_the_rows_says_nothing_of_any(answer):
    results = _open(lambda _: {"audience_id": "1"} | answer).send([_create(1), _create(2)])
    assert [(result.outcome, result.reason_code) for result in results] == [("failed", "ContractError")] * 2


def test_count_that_includes_a_lost_attempt_is_taken():
    results = _open(lambda rows: _received(rows) | {"num_received": 2 * len(rows)}).send([_create(1)])
    assert _numbers(results, "created") == {1}


def test_requests_hold_at_most_the_documented_number():
    asked = []
    results = _open(_received, asked).send([_create(n) for n in range(10_001)])
    assert ([rows for _, rows, _ in asked], len(results)) == ([10_000, 1], 10_001)


def test_each_request_is_a_session_of_its_own_and_ends_it():
    asked = []
    meta = _open(_received, asked)
    meta.send([_create(1), _create(2)])
    meta.send([_remove(1)])
    sessions = [session for _, _, session in asked]
    assert [method for method, _, _ in asked] == ["POST", "DELETE"]
    assert len({session["session_id"] for session in sessions}) == 2
    assert all(0 < session["session_id"] < 2**63 for session in sessions)
    assert [(s["batch_seq"], s["last_batch_flag"], s["estimated_num_total"]) for s in sessions] == [
        (1, True, 2),
        (1, True, 1),
    ]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 60),
    malformed=st.sets(st.integers(0, 59), max_size=12),
    told=st.integers(0, 4),
    removes=st.booleans(),
)
def test_every_row_ends_once_and_no_malformed_one_as_taken(rows, malformed, told, removes):
    def some(invalid):
        return {orjson.dumps(row).decode(): "" for row in invalid[:told]}

    row = _remove if removes else _create
    results = _open(_malformed(malformed, some)).send([row(n) for n in range(rows)])
    assert sorted(result.object_key for result in results) == sorted(f"{CORE}/n{n}" for n in range(rows))
    taken = _numbers(results, "removed" if removes else "created")
    assert not taken & malformed
    assert _numbers(results, "refused") <= malformed
    assert taken | _numbers(results, "refused") | _numbers(results, "failed") == set(range(rows))
