"""Writes by collections and by bulk jobs: each row answered, checked alike, recorded once."""

from __future__ import annotations

import csv
import io

import pytest

from abm_sandbox.salesforce.ids import long_id, new_id

STYLE = "ABM_Style__c"


def record(key, **values):
    return {"attributes": {"type": "Account"}, "id": key, **values}


def patch(sandbox, *records, **options):
    return sandbox.ask("PATCH", "/composite/sobjects", json={"records": list(records), **options})


def code(answer):
    return answer["errors"][0]["statusCode"]


def upload(sandbox, content, **job):
    """Run one job to its end and return its facts."""
    made = sandbox.ask("POST", "/jobs/ingest", json={"object": "Account", "operation": "update", **job}).json()
    path = f"/jobs/ingest/{made['id']}"
    put = sandbox.ask("PUT", f"{path}/batches", content=content, headers={"Content-Type": "text/csv"})
    assert (put.status_code, put.content) == (201, b"")
    sandbox.ask("PATCH", path, json={"state": "UploadComplete"})
    states = [sandbox.ask("GET", path).json() for _ in range(3)]
    assert states[0]["state"] == "InProgress"
    return states[-1]


def results(sandbox, job, kind):
    return list(csv.DictReader(io.StringIO(sandbox.ask("GET", f"/jobs/ingest/{job['id']}/{kind}").text)))


def test_answers_keep_the_order_of_the_rows(sandbox):
    keys = [sandbox.accounts[2], "001000000000000AAA", sandbox.accounts[0]]
    answers = patch(sandbox, *(record(key, ABM_Style__c="few") for key in keys)).json()
    assert [answer["success"] for answer in answers] == [True, False, True]
    assert [answer.get("id") for answer in answers] == keys


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({STYLE: "x" * 256}, "STRING_TOO_LONG"),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"ParentId": "nonsense"}, "MALFORMED_ID"),
        ({"ParentId": "001000000000000AAA"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"Name": None}, "REQUIRED_FIELD_MISSING"),
        ({"NumberOfEmployees": 123_456_789}, "NUMBER_OUTSIDE_VALID_RANGE"),
        ({"id": "nonsense"}, "MALFORMED_ID"),
        ({"id": None}, "MISSING_ARGUMENT"),
    ],
)
def test_faulty_row_is_answered_with_its_code(sandbox, values, expected):
    good = record(sandbox.accounts[1], ABM_Style__c="few")
    answers = patch(sandbox, {**record(sandbox.accounts[0]), **values}, good).json()
    assert (code(answers[0]), answers[1]["success"]) == (expected, True)


def test_restricted_picklist_refuses_other_values(sandbox):
    task = {"attributes": {"type": "Task"}, "TaskSubtype": "Telepathy"}
    (answer,) = sandbox.ask("POST", "/composite/sobjects", json={"records": [task]}).json()
    assert code(answer) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_invalid_mail_is_refused(sandbox):
    contact = {"attributes": {"type": "Contact"}, "LastName": "Muster", "Email": "not a mail"}
    (answer,) = sandbox.ask("POST", "/composite/sobjects", json={"records": [contact]}).json()
    assert code(answer) == "INVALID_EMAIL_ADDRESS"


def test_all_or_none_undoes_the_good_rows(sandbox):
    rows = [record(sandbox.accounts[0], ABM_Style__c="few"), record("001000000000000AAA", ABM_Style__c="few")]
    answers = patch(sandbox, *rows, allOrNone=True).json()
    assert [code(answer) for answer in answers] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"]
    assert sandbox.query(f"SELECT COUNT() FROM Account WHERE {STYLE} != null").json()["totalSize"] == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"records": [record("x")] * 201}, "EXCEEDED_ID_LIMIT"),
        ({"records": "all"}, "JSON_PARSER_ERROR"),
        ([], "JSON_PARSER_ERROR"),
        ({"records": [{"attributes": {"type": "Planet"}}]}, "INVALID_TYPE"),
        ({"records": [{"Name": "x"}]}, "INVALID_INPUT"),
        ({"records": [record("x", Colour__c="red")]}, "INVALID_FIELD"),
        ({"records": [record("x", ABM_Style__c=5)]}, "JSON_PARSER_ERROR"),
    ],
)
def test_faulty_request_writes_nothing(sandbox, body, expected):
    assert sandbox.error(sandbox.ask("PATCH", "/composite/sobjects", json=body)) == (400, expected)
    assert sandbox.org.store.execute("select count(*) from _writes")[0][0] == 0


def test_body_that_is_not_json_is_refused(sandbox):
    response = sandbox.ask("PATCH", "/composite/sobjects", content=b"{")
    assert sandbox.error(response) == (400, "JSON_PARSER_ERROR")


def test_modstamp_moves_only_with_an_effect(sandbox):
    key = sandbox.accounts[0]
    stamps = []
    for _ in range(2):
        patch(sandbox, record(key, ABM_Style__c="few"))
        stamps.append(sandbox.ask("GET", f"/sobjects/Account/{key}?fields=SystemModstamp").json()["SystemModstamp"])
    assert stamps[0] == stamps[1] != "2026-05-01T08:00:00.000+0000"
    effects = [row["effective"] for row in sandbox.org.store.execute("select effective from _writes order by rowid")]
    assert effects == [1, 0]


def test_collections_delete_and_read(sandbox):
    keys = sandbox.accounts[:3]
    sandbox.ask("DELETE", "/composite/sobjects", params={"ids": keys[0]})
    again = sandbox.ask("DELETE", "/composite/sobjects", params={"ids": keys[0]}).json()
    assert code(again[0]) == "ENTITY_IS_DELETED"
    found = sandbox.ask("POST", "/composite/sobjects/Account", json={"ids": keys[1:], "fields": ["Name"]}).json()
    assert [row["Name"] for row in found] == ["Company 001", "Company 002"]


def test_upsert_creates_once_and_then_updates(sandbox):
    metadata = {"label": "Key", "type": "Text", "length": 20, "externalId": True, "required": True}
    sandbox.ask("POST", "/tooling/sobjects/CustomField", json={"FullName": "Account.Key__c", "Metadata": metadata})
    rows = [{"attributes": {"type": "Account"}, "Key__c": "k1", "Name": "New"}]
    answers = [
        sandbox.ask("PATCH", "/composite/sobjects/Account/Key__c", json={"records": rows}).json()[0] for _ in range(2)
    ]
    assert [answer["created"] for answer in answers] == [True, False]
    assert answers[0]["id"] == answers[1]["id"]
    single = sandbox.ask("PATCH", "/sobjects/Account/Key__c/k1", json={"Industry": "Energy"})
    assert (single.status_code, single.json()["created"]) == (200, False)
    only_update = sandbox.ask("PATCH", "/sobjects/Account/Key__c/k2?updateOnly=true", json={"Name": "x"})
    assert sandbox.error(only_update) == (404, "NOT_FOUND")


def test_bulk_answers_every_row_but_not_in_their_order(sandbox):
    keys = [*sandbox.accounts[:3], "001000000000000AAA"]
    job = upload(sandbox, "Id,ABM_Style__c\n" + "".join(f"{key},few\n" for key in keys))
    good = results(sandbox, job, "successfulResults/")
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 4, 1)
    assert [row["Id"] for row in good] == keys[2::-1]
    assert good[0] == {"sf__Id": keys[2], "sf__Created": "false", "Id": keys[2], STYLE: "few"}
    (bad,) = results(sandbox, job, "failedResults")
    assert bad["sf__Error"].startswith("INVALID_CROSS_REFERENCE_KEY:")
    assert results(sandbox, job, "unprocessedrecords") == []


def test_bulk_empty_cell_keeps_and_null_mark_clears(sandbox):
    first, second = sandbox.accounts[1:3]
    upload(sandbox, f"Id,Industry\n{first},\n{second},#N/A\n")
    found = sandbox.query("SELECT Industry FROM Account WHERE NumberOfEmployees IN (1, 2) ORDER BY Name").json()
    assert [row["Industry"] for row in found["records"]] == ["Energy", None]


@pytest.mark.parametrize("content", ["", "Id,Colour__c\n001000000000000AAA,red\n", "Id,Name\n1,2,3\n"])
def test_bulk_file_that_cannot_be_read_fails_the_job(sandbox, content):
    job = upload(sandbox, content)
    assert job["state"] == "Failed"
    assert job["errorMessage"].startswith("InvalidBatch")


def test_bulk_job_takes_one_upload_and_is_gone_when_deleted(sandbox):
    made = sandbox.ask("POST", "/jobs/ingest", json={"object": "Account", "operation": "update"}).json()
    path = f"/jobs/ingest/{made['id']}"
    first, second = (sandbox.ask("PUT", f"{path}/batches", content="Id\n") for _ in range(2))
    assert first.status_code == 201
    assert sandbox.error(second) == (400, "INVALIDJOBSTATE")
    assert sandbox.error(sandbox.ask("GET", f"{path}/successfulResults")) == (400, "INVALIDJOBSTATE")
    sandbox.ask("PATCH", path, json={"state": "Aborted"})
    assert sandbox.ask("DELETE", path).status_code == 204
    assert sandbox.error(sandbox.ask("GET", path)) == (404, "NOT_FOUND")


def test_bulk_query_locators_end_in_null(sandbox):
    job = sandbox.ask("POST", "/jobs/query", json={"operation": "query", "query": "SELECT Id FROM Account"}).json()
    states = [sandbox.ask("GET", f"/jobs/query/{job['id']}").json()["state"] for _ in range(2)]
    assert states == ["InProgress", "JobComplete"]
    locators, counts, params = [], [], {"maxRecords": "200"}
    while (locators or [""])[-1] != "null":
        part = sandbox.ask("GET", f"/jobs/query/{job['id']}/results", params=params)
        locators.append(part.headers["Sforce-Locator"])
        counts.append(int(part.headers["Sforce-NumberOfRecords"]))
        params["locator"] = locators[-1]
    assert (counts, locators[-1]) == ([200, 200, 50], "null")


@pytest.mark.parametrize("text", ["SELECT COUNT() FROM Account", "SELECT Colour__c FROM Account"])
def test_bulk_query_that_cannot_run_is_refused(sandbox, text):
    assert sandbox.ask("POST", "/jobs/query", json={"operation": "query", "query": text}).status_code == 400


def test_short_ids_become_long():
    assert long_id("001D000000IRFma") == "001D000000IRFmaIAH"
    assert long_id(new_id("001", 5)) == new_id("001", 5)
