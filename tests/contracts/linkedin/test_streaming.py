"""Members: a set, each element answered for in order inside one 200; fresh segments, faulty elements, sizes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ACME = {"companyName": "Acme", "companyWebsiteDomain": "acme.example"}
PERSON = {"action": "ADD", "userIds": [{"idType": "SHA256_EMAIL", "idValue": "ab" * 32}]}


def _held(store):
    return {row["member_key"] for row in store.execute("select member_key from members")}


def test_fresh_segment_is_not_found_for_some_seconds(make_segment, stream, clock):
    segment_id = make_segment()
    answer = stream(segment_id, {"action": "ADD", **ACME})
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    clock.now += 5
    assert stream(segment_id, {"action": "ADD", **ACME}).json() == {"elements": [{"status": 201}]}


def test_no_elements_are_a_success(segment, stream):
    answer = stream(segment)
    assert (answer.status_code, answer.json()) == (200, {"elements": []})


def test_faulty_elements_fail_in_their_place_and_the_others_count(segment, stream, store):
    answer = stream(
        segment,
        {"action": "ADD", "companyWebsiteDomain": "a.example"},
        {"action": "ADD", "city": "Berlin"},
        {"action": "CHANGE", "companyName": "B"},
        {"action": "ADD", "companyName": "C", "email": "x"},
        {"action": "ADD", "companyName": 5},
        {"action": "ADD", "companyWebsiteDomain": "https://d.example"},
        {"action": "ADD", "organizationUrn": "urn:li:organization:x"},
        {"action": "ADD", "companyName": "E"},
    )
    elements = answer.json()["elements"]
    assert answer.status_code == 200
    assert [element["status"] for element in elements] == [201, 400, 400, 400, 400, 400, 400, 201]
    assert elements[1]["error"] == {
        "status": 400,
        "code": "MISSING_FIELD",
        "message": "At least one identifying company field must be provided",
    }
    assert _held(store) == {"companyWebsiteDomain=a.example", "companyName=e"}


def test_adding_twice_and_removing_twice_has_one_effect(segment, stream, store):
    for action in ("ADD", "ADD", "REMOVE", "REMOVE"):
        assert stream(segment, {"action": action, **ACME}).json() == {"elements": [{"status": 201}]}
    assert [row["effective"] for row in store.execute("select effective from _writes order by rowid")] == [1, 0, 1, 0]
    assert _held(store) == set()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.tuples(st.sampled_from(["ADD", "REMOVE"]), st.sampled_from("abcd")), max_size=6), max_size=4)
)
def test_members_are_what_a_set_would_hold(make_segment, stream, store, clock, batches):
    segment_id = make_segment()
    clock.now += 5
    expected: set[str] = set()
    for batch in batches:
        for action, name in batch:
            (expected.add if action == "ADD" else expected.discard)(f"companyName={name}")
        stream(segment_id, *({"action": action, "companyName": name} for action, name in batch))
    rows = store.execute("select member_key from members where segment_id = ?", [segment_id])
    assert {row["member_key"] for row in rows} == expected


def test_batch_above_the_limit_is_refused_whole(segment, stream, store):
    answer = stream(segment, *({"action": "ADD", "companyName": str(n)} for n in range(5001)))
    assert (answer.status_code, answer.json()["code"]) == (400, "BATCH_TOO_LARGE")
    assert _held(store) == set()


def test_batch_method_header_is_needed(http, segment):
    answer = http.post(f"/dmpSegments/{segment}/companies", json={"elements": []})
    assert (answer.status_code, answer.json()["message"]) == (400, "X-RestLi-Method must be BATCH_CREATE")


def test_users_are_taken_by_hash_or_by_name(make_segment, stream, clock):
    segment_id = make_segment(type="USER")
    clock.now += 5
    answer = stream(
        segment_id,
        PERSON,
        {"action": "ADD", "firstName": "Ann", "lastName": "Lee", "company": "Acme"},
        {"action": "ADD", "firstName": "Ann"},
        {"action": "ADD", "userIds": [{"idType": "SHA256_EMAIL", "idValue": "AB" * 32}]},
        {"action": "ADD", "userIds": [{"idType": "EMAIL", "idValue": "a@example.com"}]},
        resource="users",
    )
    assert [element["status"] for element in answer.json()["elements"]] == [201, 201, 400, 400, 400]


def test_segment_takes_only_its_own_kind(segment, stream):
    assert stream(segment, PERSON, resource="users").status_code == 400


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"elements": {}}'])
def test_body_that_is_no_batch_is_refused(http, segment, content):
    answer = http.post(
        f"/dmpSegments/{segment}/companies", content=content, headers={"X-RestLi-Method": "BATCH_CREATE"}
    )
    assert answer.status_code == 400
