"""Custom fields and permissions, limits, composite calls, records by time, errors of addresses."""

from __future__ import annotations

import pytest

from abm_sandbox.salesforce.org import USER_ID


def make_field(sandbox, name="ABM_Reason__c", **metadata):
    body = {"FullName": f"Account.{name}", "Metadata": {"label": "x", "type": "Text", "length": 255, **metadata}}
    return sandbox.ask("POST", "/tooling/sobjects/CustomField", json=body)


def described(sandbox):
    return {found["name"]: found for found in sandbox.ask("GET", "/sobjects/Account/describe").json()["fields"]}


def add(sandbox, object_name, **values):
    return sandbox.ask("POST", f"/sobjects/{object_name}", json=values).json()["id"]


def grant(sandbox, *, edit):
    made = add(sandbox, "PermissionSet", Name="Test", Label="Test")
    add(sandbox, "PermissionSetAssignment", AssigneeId=USER_ID, PermissionSetId=made)
    values = {"Field": "Account.ABM_Reason__c", "PermissionsRead": True, "PermissionsEdit": edit}
    add(sandbox, "FieldPermissions", ParentId=made, SobjectType="Account", **values)


def test_new_field_is_hidden_until_it_is_granted(sandbox):
    assert make_field(sandbox).status_code == 201
    assert "ABM_Reason__c" not in described(sandbox)
    grant(sandbox, edit=True)
    assert described(sandbox)["ABM_Reason__c"]["updateable"]


def test_field_granted_for_reading_cannot_be_written(sandbox):
    make_field(sandbox)
    grant(sandbox, edit=False)
    assert not described(sandbox)["ABM_Reason__c"]["updateable"]
    key = sandbox.accounts[0]
    response = sandbox.ask("PATCH", f"/sobjects/Account/{key}", json={"ABM_Reason__c": "x"})
    assert sandbox.error(response) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_second_field_of_a_name_is_refused(sandbox):
    make_field(sandbox)
    assert sandbox.error(make_field(sandbox, "abm_reason__c")) == (400, "DUPLICATE_DEVELOPER_NAME")


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        ("Reason", {}),
        ("ABM__Reason__c", {}),
        ("ABM_Reason__c", {"label": ""}),
        ("ABM_Reason__c", {"type": "Feeling"}),
        ("ABM_Reason__c", {"length": 256}),
        ("ABM_Score__c", {"type": "Number"}),
    ],
)
def test_faulty_field_is_refused(sandbox, name, metadata):
    assert sandbox.error(make_field(sandbox, name, **metadata)) == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_custom_fields_stay_between_two_starts(sandbox):
    make_field(sandbox, required=True)
    type(sandbox.org).__init__(sandbox.org, sandbox.org.store, limits=True, daily_requests=100, token_seconds=60)
    assert "abm_reason__c" in sandbox.org.fields("Account")


def test_allowance_is_counted_and_ends_in_a_refusal(sandbox):
    sandbox.org.daily_requests = 2
    first = sandbox.ask("GET", "/limits")
    assert first.json()["DailyApiRequests"] == {"Max": 2, "Remaining": 1}
    assert first.headers["Sforce-Limit-Info"] == "api-usage=1/2"
    sandbox.ask("GET", "/limits")
    assert sandbox.error(sandbox.ask("GET", "/limits")) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_allowance_comes_back_after_a_day(sandbox):
    sandbox.org.daily_requests = 1
    later = sandbox.org.clock() + 86_400
    sandbox.org.tokens = dict.fromkeys(sandbox.org.tokens, later + 60)
    assert [sandbox.ask("GET", "/limits").status_code for _ in range(2)] == [200, 403]
    sandbox.org.clock = lambda: later
    assert sandbox.ask("GET", "/limits").status_code == 200


def test_oldest_jobs_go(sandbox):
    body = {"object": "Account", "operation": "update"}
    first = sandbox.ask("POST", "/jobs/ingest", json=body).json()["id"]
    for _ in range(100):
        sandbox.ask("POST", "/jobs/ingest", json=body)
    assert sandbox.error(sandbox.ask("GET", f"/jobs/ingest/{first}")) == (404, "NOT_FOUND")


def test_limits_can_be_off(sandbox):
    sandbox.org.limits, sandbox.org.daily_requests = False, 0
    assert sandbox.ask("GET", "/limits").status_code == 200


@pytest.mark.parametrize(
    ("header", "code"),
    [("Bearer nonsense", "INVALID_SESSION_ID"), ("", "INVALID_SESSION_ID"), ("Digest x", "INVALID_AUTH_HEADER")],
)
def test_call_without_a_good_token_is_refused(sandbox, header, code):
    response = sandbox.ask("GET", "/limits", headers={"Authorization": header})
    assert sandbox.error(response) == (401, code)


def test_token_expires(sandbox):
    later = sandbox.org.clock() + sandbox.org.token_seconds + 1
    sandbox.org.clock = lambda: later
    assert sandbox.error(sandbox.ask("GET", "/limits")) == (401, "INVALID_SESSION_ID")


def test_versions_need_no_token(sandbox):
    versions = sandbox.http.get("/services/data", headers={"Authorization": ""}).json()
    assert versions[-1]["version"] == "67.0"


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "/planets", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Planet/describe", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Account/nonsense", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Account/001000000000000AAA", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Account/Name/x", (404, "NOT_FOUND")),
        ("PUT", "/limits", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/sobjects/Account/updated?start=x&end=y", (400, "INVALID_REPLICATION_DATE")),
    ],
)
def test_wrong_address_is_refused(sandbox, method, path, error):
    assert sandbox.error(sandbox.ask(method, path)) == error


def test_version_that_does_not_exist_is_refused(sandbox):
    assert sandbox.error(sandbox.http.get("/services/data/v99.0/limits")) == (404, "NOT_FOUND")


def test_changes_and_deletions_by_time(sandbox):
    key = sandbox.accounts[9]
    sandbox.ask("DELETE", f"/sobjects/Account/{key}")
    span = {"start": "2026-05-01T00:00:00+00:00", "end": "2026-05-03T00:00:00+00:00"}
    assert sandbox.ask("GET", "/sobjects/Account/updated", params=span).json()["ids"] == sandbox.accounts[:2]
    span["end"] = "2099-01-01T00:00:00+00:00"
    deleted = sandbox.ask("GET", "/sobjects/Account/deleted", params=span).json()["deletedRecords"]
    assert [row["id"] for row in deleted] == [key]


def test_composite_uses_earlier_answers_and_counts_as_one(sandbox):
    base = "/services/data/v67.0/sobjects"
    calls = [
        {"method": "POST", "url": f"{base}/Account", "referenceId": "new", "body": {"Name": "Composed"}},
        {"method": "GET", "url": f"{base}/Account/@{{new.id}}", "referenceId": "read"},
        {"method": "GET", "url": f"{base}/Planet/1", "referenceId": "wrong"},
    ]
    used = sandbox.org.requests_used
    answers = sandbox.ask("POST", "/composite", json={"compositeRequest": calls}).json()["compositeResponse"]
    assert [answer["httpStatusCode"] for answer in answers] == [201, 200, 404]
    assert answers[1]["body"]["Name"] == "Composed"
    assert sandbox.org.requests_used == used + 1


def test_batch_stops_where_it_is_told_to(sandbox):
    calls = [{"method": "GET", "url": f"v67.0/{path}"} for path in ("limits", "planets", "limits")]
    body = sandbox.ask("POST", "/composite/batch", json={"haltOnError": True, "batchRequests": calls}).json()
    assert [result["statusCode"] for result in body["results"]] == [200, 404, 412]


@pytest.mark.parametrize(("path", "member"), [("", "compositeRequest"), ("/batch", "batchRequests")])
def test_composite_has_a_most_of_calls(sandbox, path, member):
    response = sandbox.ask("POST", f"/composite{path}", json={member: [{"referenceId": "a"}] * 26})
    assert sandbox.error(response) == (400, "LIMIT_EXCEEDED")


def test_token_can_be_introspected_and_revoked(sandbox):
    token = sandbox.org.open_token()
    client = {"client_id": "sandbox-key", "client_secret": "sandbox-secret"}
    active = sandbox.http.post("/services/oauth2/introspect", data={"token": token, **client}).json()["active"]
    assert active
    assert sandbox.http.post("/services/oauth2/revoke", data={"token": token}).status_code == 200
    response = sandbox.http.post("/services/oauth2/introspect", data={"token": token, **client})
    assert response.json() == {"active": False}
