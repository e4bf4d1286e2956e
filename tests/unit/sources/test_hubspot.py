"""The HubSpot source against the sandbox: complete, incremental, and aware of what disappears."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import closing

import httpx
import orjson
import pyarrow as pa
import pytest
import stamina

from abm.errors import ConfigurationError, ContractError, RefusedError
from abm.settings import Connection
from abm.sources.hubspot.batches import record_batch
from abm.sources.hubspot.records import ENTITIES
from abm.sources.hubspot.source import connect
from abm_sandbox.credentials import HUBSPOT_TOKEN
from abm_sandbox.faults import Fault
from abm_sandbox.hubspot import create_app, load_world
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

BY_NAME = {entity.name: entity for entity in ENTITIES}
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(scope="module")
def server():
    """One server for all tests, since stopping one takes longer than most of them; each test gives it its account."""
    current = {}

    async def account(scope, receive, send):
        await current["app"](scope, receive, send)

    with serve(account) as url:
        yield url, current


@pytest.fixture
def account(server):
    """Return a function that fills the account and returns its application."""
    url, current = server
    store = Store()

    def fill(**tables):
        load_world(store, {name.replace("__", "/"): table for name, table in tables.items()})
        current["app"] = create_app(store, limits=False)
        current["app"].state.url = url
        return current["app"]

    yield fill
    store.close()


def _source(app, transport=None, **extra):
    extra = {"burst_requests": 0, **extra}
    return closing(connect(Connection("abm_hubspot", app.state.url, password=HUBSPOT_TOKEN, extra=extra), transport))


def _records(count, first=1000, updated=LONG_AGO, archived=False, **columns):
    return pa.table(
        {
            "id": [str(first + n) for n in range(count)],
            **columns,
            "createdAt": [LONG_AGO] * count,
            "updatedAt": [updated] * count,
            "archived": [archived] * count,
        }
    )


def _read(app, name, cursor=None, **extra):
    entity = BY_NAME[name]
    with _source(app, **extra) as source:
        batches = list(source.extract(entity, cursor))
    assert all(batch.schema == entity.schema for batch in batches)
    return pa.Table.from_batches(batches, entity.schema).to_pylist()


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_first_load_has_every_record_and_the_archived_ones(account, version):
    app = account(companies=pa.concat_tables([_records(250), _records(3, first=5000, archived=True)]))
    rows = _read(app, "company", api_version=version)
    assert sorted(row["id"] for row in rows) == sorted([str(1000 + n) for n in range(250)] + ["5000", "5001", "5002"])
    assert [row["id"] for row in rows if row["is_archived"]] == ["5000", "5001", "5002"]


def test_text_becomes_typed_columns(account):
    app = account(
        deals=_records(
            1,
            dealname=["A"],
            amount=[1200.5],
            hs_is_closed=[True],
            hs_is_closed_won=[None],
            closedate=[dt.date(2026, 3, 4)],
        )
    )
    (row,) = _read(app, "deal")
    assert (row["amount"], row["is_closed"], row["is_won"]) == (1200.5, True, None)
    assert row["close_date"] == dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
    assert row["updated_at"] == LONG_AGO


def test_one_bad_number_is_left_empty_and_counted(caplog):
    rows = [{"id": str(n), "annualrevenue": value} for n, value in enumerate(["12", "a lot", "", "nan", None])]
    with caplog.at_level(logging.WARNING):
        batch = record_batch(BY_NAME["company"], rows)
    assert batch.column("annual_revenue").to_pylist() == [12.0, None, None, None, None]
    assert "2 of 5 values of annual_revenue" in caplog.text
    assert "a lot" not in caplog.text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04T05:06:07.008Z", dt.datetime(2026, 3, 4, 5, 6, 7, 8000, tzinfo=dt.UTC)),
        ("2026-03-04", dt.datetime(2026, 3, 4, tzinfo=dt.UTC)),
        ("1772582400000", dt.datetime(2026, 3, 4, tzinfo=dt.UTC)),
        ("2026-03-04T07:06:07+02:00", dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)),
        ("soon", None),
    ],
)
def test_moments_are_read_in_each_form_hubspot_has(text, moment):
    assert record_batch(BY_NAME["deal"], [{"id": "1", "closedate": text}]).column("close_date").to_pylist() == [moment]


def test_text_with_nul_can_be_landed():
    batch = record_batch(BY_NAME["company"], [{"id": "1", "name": "A\x00B"}])
    assert batch.column("name").to_pylist() == ["AB"]


def test_incremental_load_has_only_what_changed(account):
    app = account(contacts=pa.concat_tables([_records(30), _records(5, first=2000, updated=LATER)]))
    rows = _read(app, "contact", "2026-05-31T23:50:00+00:00")
    assert sorted(row["id"] for row in rows) == ["2000", "2001", "2002", "2003", "2004"]


def test_incremental_load_has_what_was_archived_since(account):
    app = account(
        companies=pa.concat_tables(
            [_records(3), _records(2, first=2000, archived=True), _records(1, first=3000, updated=LATER, archived=True)]
        )
    )
    rows = _read(app, "company", "2026-05-31T00:00:00+00:00")
    assert [(row["id"], row["is_archived"]) for row in rows] == [("3000", True)]


def test_more_changes_than_one_search_gives_are_all_read(account):
    app = account(companies=_records(10_250, updated=LATER))
    rows = _read(app, "company", "2026-05-31T00:00:00+00:00")
    assert len({row["id"] for row in rows}) == len(rows) == 10_250


def test_record_that_changes_while_it_is_searched_hides_no_other(account):
    """Pages counted from the start would shift by one when a record leaves the window."""
    app = account(companies=_records(450, updated=LATER))
    with _source(app) as source:
        batches = source.extract(BY_NAME["company"], "2026-05-31T00:00:00+00:00")
        ids = next(batches).column("id").to_pylist()
        app.state.portal.store.execute("update companies set updatedAt = '2099-01-01T00:00:00.000Z' where id = '1000'")
        ids += [record for batch in batches for record in batch.column("id").to_pylist()]
    assert sorted(ids) == [str(1000 + n) for n in range(450)]


def test_change_during_the_first_load_is_read_as_well(account):
    app = account(companies=_records(150, name=["before"] * 150))
    body = {"properties": {"name": "after"}}
    headers = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
    with _source(app) as source:
        batches = source.extract(BY_NAME["company"], None)
        next(batches)
        httpx.patch(f"{app.state.url}/crm/v3/objects/companies/1000", json=body, headers=headers).raise_for_status()
        later = [row for batch in batches for row in batch.to_pylist() if row["id"] == "1000"]
    assert [row["name"] for row in later] == ["after"]


def test_associations_name_the_primary_company_once(account):
    pairs = pa.table(
        {
            "from": [str(1000 + n) for n in range(40)] + ["1000"],
            "to": ["5000"] * 40 + ["5001"],
            "primary": [True] * 40 + [False],
        }
    )
    app = account(contacts=_records(1205), companies=_records(2, first=5000), contacts__companies=pairs)
    rows = _read(app, "contact_company")
    assert len(rows) == 41
    assert [(row["to_id"], row["is_primary"]) for row in rows if row["from_id"] == "1000"] == [
        ("5000", True),
        ("5001", False),
    ]


def test_associations_beyond_one_page_of_a_record_are_read(account):
    pairs = pa.table({"from": ["1"] * 700, "to": [str(5000 + n) for n in range(700)], "primary": [False] * 700})
    app = account(deals=_records(1, first=1), companies=_records(700, first=5000), deals__companies=pairs)
    assert len({row["to_id"] for row in _read(app, "deal_company")}) == 700


def test_associations_refused_for_another_reason_are_not_taken_for_none(account):
    app = account(deals=_records(1))
    refused = {"status": "COMPLETE", "results": [], "errors": [{"category": "MISSING_SCOPES", "message": "No."}]}
    app.state.faults.append(Fault(path="/batch/read", status=207, body=refused))
    with pytest.raises(RefusedError, match="MISSING_SCOPES"):
        _read(app, "deal_company")


def test_owners_come_with_the_archived_ones(account):
    app = account(
        owners=pa.table(
            {
                "id": [str(n) for n in range(120)],
                "email": [f"owner{n}@example.com" for n in range(120)],
                "firstName": ["O"] * 120,
                "lastName": [None] * 120,
                "archived": [n == 7 for n in range(120)],
            }
        )
    )
    rows = _read(app, "owner")
    assert (len(rows), [row["id"] for row in rows if row["is_archived"]]) == (120, ["7"])


def test_email_events_are_read_from_the_cursor_on(account):
    count = 2100
    app = account(
        email_events=pa.table(
            {
                "id": [f"e{n}" for n in range(count)],
                "type": ["OPEN"] * count,
                "recipient": ["someone@example.com"] * count,
                "emailCampaignId": ["17"] * count,
                "filteredEvent": [n % 2 == 0 for n in range(count)],
                "created": [LONG_AGO + dt.timedelta(minutes=n) for n in range(count)],
            }
        )
    )
    assert len(_read(app, "email_event")) == count
    rows = _read(app, "email_event", (LONG_AGO + dt.timedelta(minutes=2098)).isoformat())
    assert [(row["id"], row["is_filtered"]) for row in rows] == [("e2098", True), ("e2099", False)]
    assert (rows[0]["email_campaign_id"], rows[0]["created_at"]) == ("17", LONG_AGO + dt.timedelta(minutes=2098))


def test_throttled_and_broken_answers_are_asked_again(account):
    app = account(companies=_records(5))
    app.state.faults += [
        Fault(path="/companies", status=429, body={"policyName": "SECONDLY"}),
        Fault(path="/companies", drop=True),
    ]
    assert len(_read(app, "company")) == 5


def _answering(*bodies):
    """Return a transport that gives these answers one after another, the last for ever."""
    left = list(bodies)

    def handle(_request):
        return httpx.Response(200, content=orjson.dumps(left.pop(0) if len(left) > 1 else left[0]))

    return httpx.MockTransport(handle)


def _record(record):
    return {"id": record, "properties": {}, "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"}


def _next(after):
    return {"next": {"after": after}}


def test_empty_page_is_not_the_end_while_paging_goes_on(account):
    transport = _answering(
        {"results": [_record("1")], "paging": _next("1")},
        {"results": [], "paging": _next("2")},
        {"results": [_record("3")]},
        {"results": []},
    )
    with _source(account(), transport) as source:
        rows = [row for batch in source.extract(BY_NAME["company"], None) for row in batch.column("id").to_pylist()]
    assert rows == ["1", "3"]


def test_empty_search_page_is_not_the_end_while_paging_goes_on(account):
    transport = _answering(
        {"total": 2, "results": [], "paging": _next("200")}, {"total": 2, "results": [_record("3")]}, {"results": []}
    )
    with _source(account(), transport) as source:
        batches = source.extract(BY_NAME["company"], "2026-01-01T00:00:00+00:00")
        assert [batch.column("id").to_pylist() for batch in batches] == [["3"]]


@pytest.mark.parametrize("cursor", [None, "2026-01-01T00:00:00+00:00"])
def test_paging_that_stands_still_ends_in_an_error(account, cursor):
    standing = _answering({"total": 9, "results": [_record("1")], "paging": _next("1")})
    with _source(account(), standing) as source, pytest.raises(ContractError, match="same page"):
        list(source.extract(BY_NAME["company"], cursor))


def test_answer_that_is_not_json_is_told(account):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>"))
    with _source(account(), transport) as source, pytest.raises(ContractError, match="host is HubSpot's API"):
        list(source.extract(BY_NAME["owner"], None))


def test_wrong_token_is_a_fault_of_configuration(account):
    wrong = connect(Connection("abm_hubspot", account().state.url, password="wrong"))
    with closing(wrong) as source, pytest.raises(ConfigurationError, match="Check the token"):
        list(source.extract(BY_NAME["owner"], None))
