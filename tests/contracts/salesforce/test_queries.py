"""SOQL: what it finds, how its pages come, which errors it gives."""

from __future__ import annotations

import datetime as dt

import pytest

from abm_sandbox.salesforce.moments import date_range

NOW = "2026-11-21T10:00:00.000+0000"  # a Saturday


def names(sandbox, condition):
    records = sandbox.query(f"SELECT Name FROM Account WHERE {condition}").json()["records"]
    return [int(record["Name"].removeprefix("Company ")) for record in records]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Name = 'company 007'", [7]),
        ("Name IN ('Company 001', 'Company 003') ORDER BY Name DESC", [3, 1]),
        ("Name LIKE 'Company 44%' AND AnnualRevenue > 447000", [448, 449]),
        ("Name LIKE 'Company _10'", [10, 110, 210, 310, 410]),
        ("Name LIKE 'Company \\\\_10'", []),
        ("NumberOfEmployees < 2 OR NumberOfEmployees >= 449", [0, 1, 449]),
        ("(NumberOfEmployees < 2 OR NumberOfEmployees > 440) AND NumberOfEmployees <= 441", [0, 1, 441]),
        ("NOT NumberOfEmployees > 1", [0, 1]),
        ("Industry = null AND NumberOfEmployees < 20", [0, 10]),
        ("Industry != 'Energy' AND NumberOfEmployees < 20", [0, 10]),
        ("Industry NOT IN ('Energy') AND NumberOfEmployees < 20", [0, 10]),
        ("SystemModstamp >= 2026-05-01T10:00:00+02:00 AND SystemModstamp < 2026-05-03T00:00:00Z", [0, 1]),
        ("SystemModstamp < 2026-05-02T08:00:00.001Z", [0, 1]),
        ("IsDeleted = false ORDER BY AnnualRevenue DESC NULLS LAST LIMIT 2 OFFSET 1", [448, 447]),
        ("Account.Name = 'Company 007'", [7]),
    ],
)
def test_condition_finds(sandbox, condition, found):
    assert names(sandbox, condition) == found


def test_quotes_in_a_value_are_escaped(sandbox):
    sandbox.ask("POST", "/sobjects/Account", json={"Name": "O'Neill & Söhne"})
    found = sandbox.query("SELECT Name FROM Account WHERE Name = 'O\\'Neill & Söhne'").json()
    assert found["totalSize"] == 1


def test_short_id_finds_the_record(sandbox):
    key = sandbox.accounts[5]
    assert sandbox.query(f"SELECT Id FROM Account WHERE Id = '{key[:15]}'").json()["records"][0]["Id"] == key


def test_count_has_no_records(sandbox):
    body = sandbox.query("SELECT COUNT() FROM Account WHERE NumberOfEmployees < 10").json()
    assert body == {"totalSize": 10, "done": True, "records": []}


def test_pages_follow_the_locator_to_the_end(sandbox):
    headers = {"Sforce-Query-Options": "batchSize=200"}
    page = sandbox.query("SELECT Id FROM Account", headers=headers).json()
    sizes = [len(page["records"])]
    while not page["done"]:
        page = sandbox.http.get(page["nextRecordsUrl"], headers=headers).json()
        sizes.append(len(page["records"]))
    assert sizes == [200, 200, 50]


def test_page_size_below_the_least_is_raised_to_it(sandbox):
    page = sandbox.query("SELECT Id FROM Account", headers={"Sforce-Query-Options": "batchSize=10"}).json()
    assert len(page["records"]) == 200


def test_rows_written_between_pages_do_not_shift_them(sandbox):
    sandbox.org.max_page_rows = 200
    page = sandbox.query("SELECT Id FROM Account WHERE ABM_Style__c = null").json()
    body = {"records": [record_of(key) for key in sandbox.accounts[:200]]}
    sandbox.ask("PATCH", "/composite/sobjects", json=body)
    following = sandbox.http.get(page["nextRecordsUrl"]).json()["records"]
    assert [record["Id"] for record in following] == sandbox.accounts[200:400]


def test_deleted_rows_come_only_from_query_all(sandbox):
    sandbox.ask("DELETE", f"/sobjects/Account/{sandbox.accounts[0]}")
    query = {"q": "SELECT Id, IsDeleted FROM Account WHERE IsDeleted = true"}
    assert sandbox.ask("GET", "/query", params=query).json()["totalSize"] == 0
    assert sandbox.ask("GET", "/queryAll", params=query).json()["totalSize"] == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MALFORMED_QUERY"),
        ("SELECT FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'open", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name ~ 'x'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account LIMIT ten", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account; DROP TABLE Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account GROUP BY Name", "MALFORMED_QUERY"),
        ("SELECT Id, Colour__c FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Colour__c = 'red'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE NumberOfEmployees = '5'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE SystemModstamp > 2026-05-01", "INVALID_FIELD"),
        ("SELECT Id FROM Planet", "INVALID_TYPE"),
    ],
)
def test_faulty_query_is_refused(sandbox, text, code):
    assert sandbox.error(sandbox.query(text)) == (400, code)


@pytest.mark.parametrize("locator", ["01g000000000000AAA-200", "nonsense", "01g000000000000AAA-x"])
def test_unknown_locator_is_refused(sandbox, locator):
    assert sandbox.error(sandbox.ask("GET", f"/query/{locator}")) == (400, "INVALID_QUERY_LOCATOR")


def test_query_too_long_for_an_address_is_refused(sandbox):
    ids = ", ".join(f"'{key}'" for key in sandbox.accounts * 2)
    assert sandbox.query(f"SELECT Id FROM Account WHERE Id IN ({ids})").status_code == 414


@pytest.mark.parametrize(
    ("literal", "start", "end"),
    [
        ("TODAY", "2026-11-21", "2026-11-22"),
        ("YESTERDAY", "2026-11-20", "2026-11-21"),
        ("THIS_WEEK", "2026-11-15", "2026-11-22"),
        ("LAST_MONTH", "2026-10-01", "2026-11-01"),
        ("NEXT_MONTH", "2026-12-01", "2027-01-01"),
        ("THIS_QUARTER", "2026-10-01", "2027-01-01"),
        ("LAST_YEAR", "2025-01-01", "2026-01-01"),
        ("LAST_N_DAYS:7", "2026-11-14", "2026-11-22"),
        ("NEXT_N_DAYS:2", "2026-11-22", "2026-11-24"),
        ("LAST_N_MONTHS:12", "2025-11-01", "2026-11-01"),
    ],
)
def test_date_literal_spans(literal, start, end):
    assert date_range(literal, NOW, "date") == (start, end)


def test_date_literal_in_a_condition(sandbox):
    moment = dt.datetime(2026, 5, 10, 12, tzinfo=dt.UTC).timestamp()
    sandbox.org.clock = lambda: moment
    sandbox.org.tokens = dict.fromkeys(sandbox.org.tokens, moment + 60)
    assert names(sandbox, "SystemModstamp = YESTERDAY") == [8]
    assert names(sandbox, "SystemModstamp < YESTERDAY") == list(range(8))
    assert names(sandbox, "SystemModstamp <= TODAY AND SystemModstamp >= YESTERDAY") == [8, 9]


def record_of(key):
    return {"attributes": {"type": "Account"}, "id": key, "ABM_Style__c": "few"}
