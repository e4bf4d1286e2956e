"""What LinkedIn answers for each company, and what becomes of the planned row."""

from __future__ import annotations

import httpx
import orjson
import pytest

from abm.destinations import Change
from abm.destinations.linkedin import sending
from abm.destinations.linkedin.destination import connect
from abm.settings import Connection

CORE = "Programme core"
ACCOUNT = {"account": "urn:li:sponsoredAccount:1", "requests_per_minute": "0"}


@pytest.fixture
def open_answered():
    """Return a destination whose segment is there, and whose streaming requests `answer(elements)` answers."""
    opened = []

    def open_with(answer):
        def handle(request):
            if request.method == "GET":
                return httpx.Response(200, json={"elements": [{"id": "1", "type": "COMPANY"}]})
            answered = answer(orjson.loads(request.content)["elements"])
            return answered if isinstance(answered, httpx.Response) else httpx.Response(200, json=answered)

        connection = Connection("abm_linkedin", "http://linkedin.test", "", "token", ACCOUNT)
        opened.append(connect(connection, httpx.MockTransport(handle)))
        return opened[-1]

    yield open_with
    for destination in opened:
        destination.close()


def _company(name):
    return {"companyName": name, "companyWebsiteDomain": f"{name}.example"}


def _create(name):
    return Change(f"{CORE}/{name}", "create", _company(name))


def test_elements_that_fail_inside_a_success_are_read_one_by_one(open_answered):
    told = [
        {"status": 201},
        {"status": 400, "error": {"status": 400, "code": "FIELD_INVALID", "message": "no such company"}},
        {"status": 429, "error": {"status": 429}},
        {"status": 503},
        {},
    ]
    linkedin = open_answered(lambda _: {"elements": told})
    results = linkedin.send([_create(name) for name in "abcde"])
    assert [(result.outcome, result.reason_code) for result in results] == [
        ("created", None),
        ("refused", "FIELD_INVALID"),
        ("failed", "429"),
        ("failed", "503"),
        ("failed", "NOT_ACKNOWLEDGED"),
    ]
    assert results[1].reason == "no such company"


def test_removing_what_is_not_there_is_done(open_answered):
    linkedin = open_answered(lambda _: {"elements": [{"status": 404}]})
    (result,) = linkedin.send([Change(f"{CORE}/a", "remove", {}, _company("a"))])
    assert result.outcome == "removed"


def test_former_company_that_cannot_be_removed_now_is_not_replaced(open_answered):
    linkedin = open_answered(lambda elements: {"elements": [{"status": 500}] * len(elements)})
    (result,) = linkedin.send([Change(f"{CORE}/b", "update", _company("c"), _company("b"))])
    assert result.outcome == "failed"


def test_answer_of_another_length_says_nothing_of_any_row(open_answered):
    linkedin = open_answered(lambda _: {"elements": [{"status": 201}]})
    results = linkedin.send([_create("a"), _create("b")])
    assert [(result.outcome, result.reason_code) for result in results] == [("failed", "ContractError")] * 2


def test_row_that_makes_linkedin_refuse_the_request_is_found(open_answered):
    asked = []

    def answer(elements):
        asked.append(len(elements))
        if any(element["companyName"] == "n17" for element in elements):
            return httpx.Response(400, json={"status": 400, "code": "BAD_INPUT", "message": "cannot be read"})
        return {"elements": [{"status": 201}] * len(elements)}

    results = open_answered(answer).send([_create(f"n{n}") for n in range(64)])
    assert [result.object_key for result in results if result.outcome == "refused"] == [f"{CORE}/n17"]
    assert len(results) == 64
    assert len(asked) <= 13


def test_looking_for_faulty_rows_ends(open_answered):
    linkedin = open_answered(lambda _: httpx.Response(400, json={"code": "BAD_INPUT"}))
    results = linkedin.send([_create(f"n{n}") for n in range(500)])
    assert len(results) == 500
    assert {result.outcome for result in results} == {"refused", "failed"}
    assert sum(result.outcome == "refused" for result in results) <= sending.MOST_SPLITS + 1


def test_requests_hold_at_most_the_documented_number(open_answered):
    sizes = []

    def answer(elements):
        sizes.append(len(elements))
        return {"elements": [{"status": 201}] * len(elements)}

    results = open_answered(answer).send([_create(f"n{n}") for n in range(5001)])
    assert (sizes, len(results)) == ([5000, 1], 5001)
