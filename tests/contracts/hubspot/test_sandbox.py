"""What the sandbox does beyond the shape of its answers: what is stored, what moves, what is limited."""

from __future__ import annotations

import httpx
import pyarrow as pa
import pytest

from abm_sandbox.credentials import HUBSPOT_TOKEN
from abm_sandbox.faults import Fault
from abm_sandbox.hubspot import create_app, load_world
from abm_sandbox.hubspot.limits import Limits, Window
from abm_sandbox.store import Store

COMPANIES = "/crm/v3/objects/companies"


@pytest.fixture
def client(hubspot_url):
    with httpx.Client(base_url=hubspot_url, headers={"Authorization": f"Bearer {HUBSPOT_TOKEN}"}) as client:
        yield client


def _update(client, *inputs, path=COMPANIES):
    return client.post(f"{path}/batch/update", json={"inputs": list(inputs)})


def _row(record, trace=None, **values):
    return {"id": record, "properties": values} | ({"objectWriteTraceId": trace} if trace else {})


def test_repeated_write_has_no_second_effect(client, store):
    first = _update(client, _row("100", city="Oslo")).json()["results"][0]
    second = _update(client, _row("100", city="Oslo")).json()["results"][0]
    assert first["updatedAt"] == second["updatedAt"] > "2026-03-01T08:30:00.000Z"
    assert [row["effective"] for row in store.execute("select effective from _writes order by rowid")] == [1, 0]


def test_same_number_written_otherwise_is_no_change(client, store):
    _update(client, _row("100", annualrevenue="12.50"))
    _update(client, _row("100", annualrevenue="12.5"))
    assert store.execute("select sum(effective) as n from _writes")[0]["n"] == 1


def test_one_bad_input_fails_the_batch_unless_each_carries_a_trace_id(client, store):
    bad, good = _row("100", annualrevenue="much"), _row("101", city="Oslo")
    assert _update(client, bad, good).status_code == 400
    assert store.execute("select * from _writes") == []
    answer = _update(client, bad | {"objectWriteTraceId": "a"}, good | {"objectWriteTraceId": "b"})
    assert answer.status_code == 207
    assert [record["id"] for record in answer.json()["results"]] == ["101"]


def test_trace_ids_that_repeat_do_not_count(client):
    assert _update(client, _row("100", "a", annualrevenue="much"), _row("101", "a")).status_code == 400


def test_absent_record_is_told_by_id(client):
    answer = _update(client, _row("999", city="Oslo"), _row("100", city="Oslo"))
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"] == {"ids": ["999"]}


def test_duplicate_ids_fail_the_batch(client):
    answer = _update(client, _row("100", "a"), _row("100", "b"))
    assert (answer.status_code, answer.json()["context"]) == (400, {"ids": ["100"]})


def test_more_than_100_inputs_fail_the_batch(client):
    assert _update(client, *(_row(str(n)) for n in range(101))).status_code == 400


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"unknown": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"annualrevenue": "1,000"}, "INVALID_DOUBLE"),
        ({"annualrevenue": "nan"}, "INVALID_DOUBLE"),
        ({"lifecyclestage": "fan"}, "INVALID_OPTION"),
        ({"hs_is_target_account": "yes"}, "INVALID_OPTION"),
        ({"hs_object_id": "1"}, "READ_ONLY_VALUE"),
    ],
)
def test_wrong_value_is_refused_by_code_and_property(client, values, code):
    answer = client.patch(f"{COMPANIES}/100", json={"properties": values})
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"], error["context"]["propertyName"]) == (400, code, list(values))


def test_dates_are_stored_as_days_whichever_way_they_are_sent(client):
    new = {"name": "day", "label": "Day", "type": "date", "fieldType": "date", "groupName": "companyinformation"}
    assert client.post("/crm/v3/properties/companies", json=new).status_code == 201
    _update(client, _row("100", day="2026-11-21"), _row("101", day="1795219200000"))
    read = client.get(f"{COMPANIES}?properties=day&limit=2").json()["results"]
    assert [record["properties"]["day"] for record in read] == ["2026-11-21", "2026-11-21"]
    assert _update(client, _row("100", day="2026-11-21T10:00:00Z")).status_code == 400


@pytest.mark.parametrize(
    "change", [{"fieldType": "text"}, {"type": "enumeration", "fieldType": "select"}, {"groupName": "x"}, {"name": "A"}]
)
def test_definitions_that_contradict_themselves_are_refused(client, change):
    new = {"name": "abm_x", "label": "X", "type": "number", "fieldType": "number", "groupName": "companyinformation"}
    assert client.post("/crm/v3/properties/companies", json=new | change).status_code == 400


def test_archived_records_leave_lists_searches_and_associations(client):
    client.delete(f"{COMPANIES}/100")
    assert "100" not in {record["id"] for record in client.get(f"{COMPANIES}?limit=100").json()["results"]}
    archived = client.get(f"{COMPANIES}?archived=true").json()["results"]
    assert [(record["id"], "archivedAt" in record) for record in archived] == [("100", True)]
    assert client.post(f"{COMPANIES}/search", json={"query": "Company 0"}).json()["total"] == 0
    read = client.post("/crm/v4/associations/deals/companies/batch/read", json={"inputs": [{"id": "300"}]})
    assert read.json()["results"] == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([("hs_object_id", "GT", "103")], ["104", "105"]),
        ([("hs_lastmodifieddate", "GTE", "2026-03-01T08:34:00Z")], ["104", "105"]),
        ([("hs_lastmodifieddate", "LT", "1772353860000")], ["100"]),
        ([("name", "EQ", "COMPANY 2")], ["102"]),
        ([("name", "CONTAINS_TOKEN", "5")], ["105"]),
        ([("name", "CONTAINS_TOKEN", "comp*")], ["100", "101", "102", "103", "104", "105"]),
        ([("domain", "HAS_PROPERTY")], []),
        ([("domain", "NOT_HAS_PROPERTY"), ("hs_object_id", "LTE", "100")], ["100"]),
    ],
)
def test_search_filters(client, filters, found):
    names = ("propertyName", "operator", "value")
    group = {"filters": [dict(zip(names, each, strict=False)) for each in filters]}
    answer = client.post(f"{COMPANIES}/search", json={"filterGroups": [group], "sorts": ["hs_object_id"]}).json()
    assert ([record["id"] for record in answer["results"]], answer["total"]) == (found, len(found))


def test_empty_value_clears_a_property(client):
    _update(client, _row("100", industry=""))
    assert client.get(f"{COMPANIES}/100?properties=industry").json()["properties"]["industry"] is None


def test_account_is_taken_up_again_after_a_restart(tmp_path):
    first = Store(tmp_path / "hubspot.db")
    load_world(first, {"companies": pa.table({"id": ["7000"], "createdAt": ["x"], "updatedAt": ["x"]})})
    create_app(first)
    first.close()
    portal = create_app(Store(tmp_path / "hubspot.db")).state.portal
    assert portal.next_ids(1) == ["7001"]
    assert portal.properties["companies"]["industry"].type == "enumeration"
    portal.store.close()


def test_email_events_page_by_offset(client, store):
    rows = pa.table(
        {
            "id": ["a", "b", "c"],
            "type": ["SENT", "OPEN", "CLICK"],
            "recipient": ["person0@example.com"] * 3,
            "emailCampaignId": ["1", "1", "2"],
            "filteredEvent": [None, True, False],
            "created": [1000, 2000, 3000],
        }
    )
    load_world(store, {"email_events": rows})
    first = client.get("/email/public/v1/events?limit=1&startTimestamp=2000").json()
    second = client.get(
        "/email/public/v1/events", params={"limit": 1, "startTimestamp": 2000, "offset": first["offset"]}
    )
    assert (first["hasMore"], first["events"][0]["id"], first["events"][0]["filteredEvent"]) == (True, "b", True)
    assert (second.json()["hasMore"], second.json()["events"][0]["id"]) == (False, "c")


def test_requests_beyond_the_rolling_limit_get_429(client, recorder, store):
    now = [0.0]
    limits = Limits(clock=lambda: now[0], rolling=Window(2, 10.0))
    recorder.app = create_app(store, limits=limits)
    answers = [client.get(f"{COMPANIES}/100") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[1].headers["X-HubSpot-RateLimit-Remaining"] == "0"
    assert answers[2].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    now[0] = 10.0
    assert client.get(f"{COMPANIES}/100").status_code == 200


def test_searches_have_a_limit_and_headers_of_their_own(client, recorder, store):
    recorder.app = create_app(store, limits=Limits(clock=lambda: 0.0))
    answers = [client.post(f"{COMPANIES}/search", json={}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[5].json()["policyName"] == "SECONDLY"
    assert "X-HubSpot-RateLimit-Daily" in answers[0].headers
    assert "X-HubSpot-RateLimit-Max" not in answers[0].headers


def test_injected_fault_can_lose_the_answer_after_the_work(client, recorder, store):
    recorder.app.state.faults.append(Fault(path="/batch/update", status=500, after_applying=True))
    assert _update(client, _row("100", city="Oslo")).status_code == 500
    assert store.execute("select city from companies where id = '100'")[0]["city"] == "Oslo"


def test_world_loaded_again_changes_records_and_keeps_what_was_written(client, store):
    _update(client, _row("100", city="Oslo"))
    again = {"id": ["100"], "name": ["Renamed"], "createdAt": ["x"], "updatedAt": ["2026-06-01T00:00:00.000Z"]}
    load_world(store, {"companies": pa.table(again)})
    read = client.get(f"{COMPANIES}/100?properties=name,city").json()
    assert (read["properties"]["name"], read["properties"]["city"]) == ("Renamed", "Oslo")
    assert read["updatedAt"] == "2026-06-01T00:00:00.000Z"


def test_merged_records_live_on_under_a_new_id_that_the_old_ones_lead_to(client, store):
    _update(client, _row("100", city="Oslo"), _row("101", city="Bergen", country="Norway"))
    answer = client.post(f"{COMPANIES}/merge", json={"primaryObjectId": "100", "objectIdToMerge": "101"})
    merged = answer.json()["id"]
    names = {"properties": "city,country,hs_merged_object_ids"}
    read = client.get(f"{COMPANIES}/101", params=names).json()
    written = _update(client, _row("100", city="Moss")).json()["results"]

    assert answer.status_code == 200
    assert merged not in {"100", "101"}
    assert read["id"] == merged
    wanted = {"city": "Oslo", "country": "Norway", "hs_merged_object_ids": "100;101"}
    assert {name: read["properties"][name] for name in wanted} == wanted
    assert [record["id"] for record in written] == [merged]
    assert store.execute("select city from companies where id = ?", [merged])[0]["city"] == "Moss"
    archived = client.get(COMPANIES, params={"archived": "true"}).json()["results"]
    assert {"100", "101"}.isdisjoint(record["id"] for record in archived)


@pytest.mark.parametrize(("other", "status"), [("100", 400), ("999", 404)])
def test_merge_of_what_is_not_two_records_is_refused(client, other, status):
    answer = client.post(f"{COMPANIES}/merge", json={"primaryObjectId": "100", "objectIdToMerge": other})
    assert answer.status_code == status
    assert client.get(f"{COMPANIES}/100").json()["id"] == "100"


def test_ledger_names_the_properties_of_each_write(client, store):
    _update(client, _row("100", city="Oslo", country="Norway"))
    assert [row["fields"] for row in store.execute("select fields from _writes")] == ["city,country"]
