"""Every answer of the sandbox, success or error, keeps to HubSpot's OpenAPI files."""

from __future__ import annotations

import httpx
import pytest

from abm_sandbox.credentials import HUBSPOT_TOKEN
from abm_sandbox.faults import Fault

pytestmark = pytest.mark.outside

COMPANIES, DATED = "/crm/v3/objects/companies", "/crm/objects/2026-09/companies"
PROPERTIES = "/crm/v3/properties/companies"
PAIR = "/crm/v4/associations/deals/companies/batch"
TYPE = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 341}


def _inputs(*inputs):
    return {"inputs": list(inputs)}


def _update(record, trace=None, **values):
    return {"id": record, "properties": values} | ({"objectWriteTraceId": trace} if trace else {})


def _search(*filters, **query):
    return {
        "filterGroups": [
            {"filters": [dict(zip(("propertyName", "operator", "value"), f, strict=False))]} for f in filters
        ]
    } | query


CASES = [
    ("GET", f"{COMPANIES}?limit=2", None, 200),
    ("GET", f"{DATED}?limit=100&properties=name,industry,unknown", None, 200),
    ("GET", f"{COMPANIES}?archived=true", None, 200),
    ("GET", f"{COMPANIES}?limit=101", None, 400),
    ("GET", "/crm/v3/objects/deals?associations=companies", None, 200),
    ("GET", f"{COMPANIES}/100", None, 200),
    ("GET", f"{COMPANIES}/999", None, 404),
    ("POST", COMPANIES, {"properties": {"name": "New", "numberofemployees": "12"}}, 201),
    ("POST", COMPANIES, {"properties": {"unknown": "x"}}, 400),
    ("POST", "/crm/v3/objects/contacts", {"properties": {"email": "person0@example.com"}}, 409),
    ("PATCH", f"{COMPANIES}/100", {"properties": {"name": "Renamed", "city": ""}}, 200),
    ("PATCH", f"{COMPANIES}/100", {"properties": {"annualrevenue": "much"}}, 400),
    ("PATCH", f"{COMPANIES}/999", {"properties": {"name": "x"}}, 404),
    ("DELETE", f"{COMPANIES}/100", None, 204),
    (
        "POST",
        f"{COMPANIES}/batch/read",
        _inputs({"id": "100"}) | {"properties": ["name"], "propertiesWithHistory": []},
        200,
    ),
    ("POST", f"{COMPANIES}/batch/read", _inputs({"id": "999"}) | {"properties": [], "propertiesWithHistory": []}, 207),
    ("POST", f"{COMPANIES}/batch/update", _inputs(_update("100", city="Oslo")), 200),
    ("POST", f"{DATED}/batch/update", _inputs(_update("100", "a", city="Oslo"), _update("999", "b")), 207),
    ("POST", f"{DATED}/batch/update", _inputs(_update("100", "a"), _update("101", "b", industry="?")), 207),
    ("POST", f"{COMPANIES}/batch/update", _inputs(_update("100"), _update("100")), 400),
    ("POST", f"{COMPANIES}/batch/update", {"inputs": "all"}, 400),
    ("POST", f"{COMPANIES}/batch/create", _inputs({"properties": {"name": "a"}}), 201),
    ("POST", f"{COMPANIES}/batch/archive", _inputs({"id": "100"}, {"id": "999"}), 204),
    (
        "POST",
        "/crm/v3/objects/contacts/batch/upsert",
        _inputs(*({"idProperty": "email", **_update(f"person{n}@example.com", jobtitle="CEO")} for n in (0, 9))),
        200,
    ),
    ("POST", f"{COMPANIES}/batch/upsert", _inputs({"idProperty": "domain", **_update("a.example")}), 400),
    ("POST", f"{COMPANIES}/search", _search(("name", "EQ", "company 1")), 200),
    ("POST", f"{DATED}/search", _search(limit=1, sorts=["-createdate"]), 200),
    ("POST", f"{COMPANIES}/search", _search(("unknown", "EQ", "1")), 400),
    ("POST", f"{COMPANIES}/search", {"after": "10000"}, 400),
    ("GET", PROPERTIES, None, 200),
    ("GET", f"{PROPERTIES}/industry", None, 200),
    ("GET", f"{PROPERTIES}/unknown", None, 404),
    ("POST", f"{PROPERTIES}/groups", {"name": "abm", "label": "ABM"}, 201),
    ("POST", f"{PROPERTIES}/groups", {"name": "companyinformation", "label": "Again"}, 409),
    ("GET", f"{PROPERTIES}/groups", None, 200),
    (
        "POST",
        f"{PROPERTIES}/batch/create",
        _inputs(
            {"name": "f", "label": "F", "type": "date", "fieldType": "date", "groupName": "companyinformation"},
            {"name": "name", "label": "N", "type": "string", "fieldType": "text", "groupName": "companyinformation"},
        ),
        207,
    ),
    ("POST", f"{PAIR}/read", _inputs({"id": "300"}, {"id": "302"}), 207),
    ("POST", "/crm/associations/2026-03/deals/companies/batch/read", _inputs({"id": "300"}), 200),
    ("POST", f"{PAIR}/create", _inputs({"from": {"id": "302"}, "to": {"id": "102"}, "types": [TYPE]}), 201),
    ("POST", f"{PAIR}/associate/default", _inputs({"from": {"id": "302"}, "to": {"id": "103"}}), 200),
    ("POST", f"{PAIR}/archive", _inputs({"from": {"id": "300"}, "to": [{"id": "100"}]}), 204),
    ("PUT", "/crm/v4/objects/deals/302/associations/default/companies/104", None, 200),
    ("GET", "/crm/v4/objects/deals/300/associations/companies", None, 200),
    ("GET", "/crm/v3/owners", None, 200),
    ("GET", "/crm/owners/2026-03?archived=true", None, 200),
    ("GET", "/crm/v3/owners/1", None, 200),
    ("GET", "/crm/v3/owners/9", None, 404),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), CASES, ids=[f"{c[0]} {c[1]} {c[3]}" for c in CASES])
def test_answer_keeps_to_the_specification(method, path, body, status, hubspot_url, recorder, specification):
    headers = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
    answer = httpx.request(method, hubspot_url + path, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["X-HubSpot-Correlation-Id"]
    assert specification.faults(recorder.exchanges[-1]) == []


def test_missing_token_is_refused_in_the_shape_of_an_error(hubspot_url, recorder, specification):
    answer = httpx.get(hubspot_url + COMPANIES)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    assert specification.faults(recorder.exchanges[-1]) == []


def test_validation_sees_a_wrong_answer(hubspot_url, recorder, specification):
    recorder.app.state.faults.append(Fault(path=COMPANIES, status=200, body={"results": [{"id": 1}]}))
    httpx.get(hubspot_url + COMPANIES)
    assert specification.faults(recorder.exchanges[-1])
