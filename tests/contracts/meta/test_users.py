"""People added, removed and replaced: what is counted, what is malformed, what small and flagged audiences refuse."""

from __future__ import annotations

import httpx
import orjson
import pytest

from abm_sandbox.credentials import META_ACCOUNT, META_TOKEN
from abm_sandbox.meta.members import is_matched

from .conftest import AUDIENCE, digest

MATCHED = [number for number in range(40) if is_matched(f"EMAIL={digest(number)}")]


def _keys(*numbers):
    return {f"EMAIL={digest(number)}" for number in numbers}


def _session(batch=1, *, session_id=9778993, last=False):
    return {"session_id": session_id, "batch_seq": batch, "last_batch_flag": last}


def _error(answer):
    assert answer.status_code == 400
    return answer.json()["error"]["code"], answer.json()["error"].get("error_subcode")


def test_answer_is_as_it_was_recorded(audience, write):
    assert write(1, 2, session=_session(last=True)).json() == {
        "audience_id": audience,
        "session_id": "9778993",
        "num_received": 2,
        "num_invalid_entries": 0,
        "invalid_entry_samples": {},
    }


def test_received_people_are_counted_over_the_session_and_a_batch_again_once(write):
    assert write(1, 2, session=_session(1)).json()["num_received"] == 2
    assert write(3, session=_session(2)).json()["num_received"] == 3
    assert write(3, session=_session(2)).json()["num_received"] == 3


def test_malformed_rows_are_counted_and_sampled_and_the_rest_is_taken(audience, write, held):
    answer = write(data=[digest(1), "someone@example.com", digest(2).upper(), ""]).json()
    assert (answer["num_received"], answer["num_invalid_entries"]) == (4, 3)
    assert [orjson.loads(text) for text in answer["invalid_entry_samples"]] == [
        ["someone@example.com"],
        [digest(2).upper()],
        [""],
    ]
    assert held(audience) == _keys(1)


def test_samples_are_a_hundred_at_most(write):
    answer = write(data=[f"no digest {number}" for number in range(150)]).json()
    assert (answer["num_invalid_entries"], len(answer["invalid_entry_samples"])) == (150, 100)


def test_ten_thousand_rows_are_taken_and_one_more_is_not(write):
    assert write(data=[digest(1)] * 10_000).json()["num_received"] == 10_000
    assert _error(write(data=[digest(1)] * 10_001)) == (105, None)


def test_body_is_read_from_form_query_and_json(meta_url, audience, held):
    url, payload = f"{meta_url}/v25.0/{audience}/users", {"schema": ["EMAIL"], "data": [[digest(MATCHED[0])]]}
    text = orjson.dumps(payload).decode()
    token = {"access_token": META_TOKEN}
    keep = orjson.dumps({"schema": ["EMAIL"], "data": [[digest(number)] for number in MATCHED[1:5]]}).decode()
    assert httpx.post(url, data={"payload": keep} | token).status_code == 200
    removals = [
        {"params": {"payload": text} | token},
        {"data": {"payload": text} | token},
        {"json": {"payload": payload}, "params": token},
    ]
    for removal in removals:
        assert httpx.post(url, data={"payload": text} | token).status_code == 200
        assert f"EMAIL={digest(MATCHED[0])}" in held(audience)
        assert httpx.request("DELETE", url, **removal).status_code == 200
        assert held(audience) == _keys(*MATCHED[1:5])
    httpx.post(url, data={"payload": text} | token)
    assert httpx.post(url, data={"payload": text, "method": "DELETE"} | token).status_code == 200
    assert held(audience) == _keys(*MATCHED[1:5])


def test_adding_and_removing_are_set_operations(audience, write, store):
    for _ in range(2):
        write(*MATCHED[:6])
    for _ in range(2):
        write(*MATCHED[:2], method="DELETE")
    rows = store.execute("select action, sum(effective) as n, count(*) as c from _writes group by 1 order by 1")
    assert [(row["action"], row["n"], row["c"]) for row in rows] == [("ADD", 6, 12), ("REMOVE", 2, 4)]


def test_person_leaves_by_any_key_it_came_with(audience, write, held):
    write(*MATCHED[:5])
    write(schema=["EMAIL", "EXTERN_ID"], data=[[digest(MATCHED[5]), "crm-5"], [digest(MATCHED[6]), "crm-6"]])
    write(schema="EXTERN_ID", data=["crm-5"], method="DELETE")
    assert held(audience) == _keys(*MATCHED[:5], MATCHED[6])


def test_removal_that_would_leave_too_few_is_refused_as_recorded(audience, write, held):
    write(*MATCHED[:4])
    assert write(MATCHED[0], method="DELETE").status_code == 200
    error = write(MATCHED[1], method="DELETE").json()["error"]
    assert error | {"fbtrace_id": ""} == {
        "message": "Permissions error",
        "type": "OAuthException",
        "code": 200,
        "error_subcode": 1870047,
        "is_transient": False,
        "error_user_title": "Audience Size too Low",
        "error_user_msg": "You cannot remove users from this audience because it will result in a low audience size.",
        "fbtrace_id": "",
    }
    assert held(audience) == _keys(*MATCHED[1:4])


def test_flagged_audience_takes_no_edit_until_it_is_resolved(http, account, audience, write):
    account.flag(audience)
    assert _error(write(1)) == (100, 1713230)
    assert _error(http.post(f"/{audience}", data={"description": "x"})) == (100, 1713230)
    told = http.get(f"/{audience}", params={"fields": "operation_status"}).json()
    assert told["operation_status"]["code"] == 471
    account.flag(audience, is_flagged=False)
    assert write(1).status_code == 200


def test_person_can_be_removed_from_every_audience(http, audience, write, held):
    other = http.post(f"/{META_ACCOUNT}/customaudiences", data=AUDIENCE | {"name": "Other"}).json()["id"]
    payload = {"schema": "EMAIL_SHA256", "data": [digest(1)]}
    for audience_id in (audience, other):
        http.post(f"/{audience_id}/users", json={"payload": payload})
    answer = http.request("DELETE", f"/{META_ACCOUNT}/usersofanyaudience", json={"payload": payload})
    assert (answer.status_code, answer.json()["num_received"]) == (200, 1)
    assert (held(audience), held(other)) == (set(), set())


def test_replacement_takes_effect_with_its_last_batch(audience, write, held):
    write(1, 2, 3)
    assert write(3, 4, edge="usersreplace", session=_session(1)).status_code == 200
    assert held(audience) == _keys(1, 2, 3)
    assert write(5, edge="usersreplace", session=_session(2, last=True)).status_code == 200
    assert held(audience) == _keys(3, 4, 5)


def test_replacement_ends_after_ninety_minutes_or_its_last_batch_and_stands_alone(write, clock):
    write(1, edge="usersreplace", session=_session(1))
    assert _error(write(1, edge="usersreplace", session=_session(1, session_id=2))) == (100, None)
    assert _error(write(1, session=_session(2))) == (100, None)
    clock.now += 90 * 60 + 1
    assert _error(write(2, edge="usersreplace", session=_session(2, last=True))) == (100, None)
    assert write(2, edge="usersreplace", session=_session(1, session_id=3, last=True)).status_code == 200
    assert _error(write(2, edge="usersreplace", session=_session(2, session_id=3))) == (100, None)


def test_session_tells_its_numbers_as_text(http, audience, write):
    write(*MATCHED[:3], session=_session(1))
    write("no digest", data=["no digest"], session=_session(2, last=True))
    found = http.get(f"/{audience}/sessions", params={"session_id": 9778993}).json()["data"]
    assert [(s["num_received"], s["num_invalid_entries"], s["num_matched"], s["progress"]) for s in found] == [
        ("4", "1", "3", "100")
    ]
    assert http.get(f"/{audience}/sessions", params={"session_id": 1}).json()["data"] == []


@pytest.mark.parametrize(("people", "bounds", "delivery"), [(2, (-1, -1), 300), (300, (200, 300), 200)])
def test_size_is_a_range_after_the_update_and_none_when_small(http, audience, write, clock, people, bounds, delivery):
    fields = "approximate_count_lower_bound,approximate_count_upper_bound,delivery_status,operation_status"

    def told():
        return http.get(f"/{audience}", params={"fields": fields}).json()

    write(*range(people))
    assert (told()["approximate_count_lower_bound"], told()["operation_status"]["code"]) == (-1, 412)
    clock.now += 60
    lower, upper = told()["approximate_count_lower_bound"], told()["approximate_count_upper_bound"]
    assert ((lower, upper), told()["delivery_status"]["code"]) == (bounds, delivery)


def test_audience_is_renamed_listed_by_page_and_deleted(http, audience):
    others = [
        http.post(f"/{META_ACCOUNT}/customaudiences", data=AUDIENCE | {"name": f"A{n}"}).json()["id"] for n in range(4)
    ]
    assert http.post(f"/{audience}", data={"name": "Renamed"}).json() == {"success": True}
    found, url = [], f"/{META_ACCOUNT}/customaudiences?fields=name&limit=2"
    while url:
        body = http.get(url).json()
        found += [(element["id"], element["name"]) for element in body["data"]]
        url = body["paging"].get("next")
    assert found == [(audience, "Renamed"), *((other, f"A{n}") for n, other in enumerate(others))]
    assert http.delete(f"/{audience}").json() == {"success": True}
    assert http.get(f"/{audience}").status_code == 400
