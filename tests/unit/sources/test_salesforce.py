"""The Salesforce source against the sandbox: typed batches, changes since the cursor, deletions, small and large."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
import stamina

from abm.entities import BOOLEAN, DATE, NUMBER, TIMESTAMP, Column, Entity
from abm.errors import ConfigurationError, ContractError, RetryableError
from abm.settings import Connection
from abm.sources import entities
from abm.sources.salesforce.source import connect
from abm_sandbox.credentials import SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.faults import Fault
from abm_sandbox.salesforce import create_app, load_world
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

ROWS = 4100
START = dt.datetime(2026, 5, 1, 12, 30, 15, 250_000, tzinfo=dt.UTC)
ENTITIES = {entity.name: entity for entity in entities("salesforce")}
ACCOUNT, OPPORTUNITY = ENTITIES["account"], ENTITIES["opportunity"]


def accounts():
    moments = [START + dt.timedelta(minutes=at) for at in range(ROWS)]
    return pa.table(
        {
            "Id": [new_id("001", at) for at in range(ROWS)],
            "Name": [f'Company "{at}", Zürich\nbranch' if at % 3 else f"Company {at}" for at in range(ROWS)],
            "NumberOfEmployees": pa.array([None if at % 5 == 0 else at for at in range(ROWS)], pa.int64()),
            "AnnualRevenue": [at * 1000.5 for at in range(ROWS)],
            "IsDeleted": [at == 7 for at in range(ROWS)],
            "SystemModstamp": pa.array(moments, TIMESTAMP),
        }
    )


def opportunities():
    return pa.table(
        {
            "Id": [new_id("006", 1)],
            "Name": ["Deal"],
            "IsWon": [True],
            "IsClosed": [True],
            "CloseDate": pa.array([dt.date(2026, 3, 31)]),
            "CurrencyIsoCode": ["CHF"],
        }
    )


@pytest.fixture(scope="module")
def running():
    store = Store()
    load_world(store, {"Account": accounts(), "Opportunity": opportunities()})
    app = create_app(store)
    with serve(app) as url:
        app.state.url = url
        yield app.state


@pytest.fixture
def org(running):
    running.opened = []
    yield running
    for source in running.opened:
        source.close()
    running.faults.clear()
    running.org.max_page_rows = 2000


def open_source(org, **extra):
    source = connect(Connection("abm_salesforce", org.url, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET, extra))
    source.sleep = lambda _: None
    source.client.attempts = 1
    org.opened.append(source)
    return source


def read(org, entity, cursor=None, **extra):
    return pa.Table.from_batches(list(open_source(org, **extra).extract(entity, cursor)), entity.schema)


BY_PAGES, BY_JOB = {"bulk_from_rows": 100_000}, {"bulk_from_rows": 0}


def test_job_and_pages_deliver_the_same_table(org):
    by_pages, by_job = read(org, ACCOUNT, **BY_PAGES), read(org, ACCOUNT, **BY_JOB)
    assert by_pages.num_rows == ROWS
    assert by_pages.equals(by_job)


def test_values_arrive_as_they_are_in_the_org(org):
    row = read(org, ACCOUNT).slice(7, 1).to_pylist()[0]
    assert row["id"] == new_id("001", 7)
    assert row["name"] == 'Company "7", Zürich\nbranch'
    assert (row["number_of_employees"], row["annual_revenue"]) == (7.0, 7003.5)
    assert row["system_modstamp"] == START + dt.timedelta(minutes=7)


@pytest.mark.parametrize("extra", [BY_PAGES, BY_JOB])
def test_deleted_records_are_delivered_as_deleted(org, extra):
    deleted = [row["id"] for row in read(org, ACCOUNT, **extra).to_pylist() if row["is_deleted"]]
    assert deleted == [new_id("001", 7)]


@pytest.mark.parametrize("extra", [BY_PAGES, BY_JOB])
def test_only_rows_changed_since_the_cursor_are_read(org, extra):
    cursor = (START + dt.timedelta(minutes=ROWS - 10)).isoformat()
    assert read(org, ACCOUNT, cursor, **extra).num_rows == 10


def test_cursor_of_another_zone_means_the_same_moment(org):
    moment = START + dt.timedelta(minutes=ROWS - 10)
    elsewhere = moment.astimezone(dt.timezone(dt.timedelta(hours=9))).isoformat()
    assert read(org, ACCOUNT, elsewhere).num_rows == 10


def test_cursor_finer_than_the_platform_reads_the_row_again(org):
    cursor = (START + dt.timedelta(minutes=ROWS - 1, microseconds=400)).isoformat()
    assert read(org, ACCOUNT, cursor).num_rows == 1


def test_cursor_after_the_last_change_reads_nothing(org):
    assert read(org, ACCOUNT, "2030-01-01T00:00:00+00:00", **BY_JOB).num_rows == 0
    assert read(org, ACCOUNT, "2030-01-01T00:00:00+00:00", **BY_PAGES).num_rows == 0


@pytest.mark.parametrize("extra", [BY_PAGES, BY_JOB])
def test_field_the_org_does_not_have_is_null(org, extra):
    assert read(org, ACCOUNT, **extra)["currency_iso_code"].null_count == ROWS
    assert read(org, OPPORTUNITY, **extra)["currency_iso_code"].to_pylist() == ["CHF"]


@pytest.mark.parametrize("extra", [BY_PAGES, BY_JOB])
def test_dates_and_booleans_are_typed(org, extra):
    row = read(org, OPPORTUNITY, **extra).to_pylist()[0]
    assert (row["close_date"], row["is_won"], row["amount"]) == (dt.date(2026, 3, 31), True, None)


@pytest.mark.parametrize("extra", [BY_PAGES, BY_JOB])
@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)
def test_every_entity_comes_in_its_schema(org, entity, extra):
    for batch in open_source(org, **extra).extract(entity, None):
        assert batch.schema.equals(entity.schema)


def test_short_page_is_not_the_last_page(org):
    org.org.max_page_rows = 1500
    assert read(org, ACCOUNT).num_rows == ROWS


def test_rows_are_streamed_and_not_collected(org):
    rows = open_source(org).extract(ACCOUNT, None)
    before = org.org.requests_used
    first = next(rows)
    assert (first.num_rows, org.org.requests_used - before) == (2000, 3)


def test_large_result_comes_in_parts(org, monkeypatch):
    monkeypatch.setattr("abm.sources.salesforce.source.BULK_PART_ROWS", 1000)
    assert read(org, ACCOUNT, **BY_JOB).num_rows == ROWS


def test_token_that_expires_between_pages_is_renewed(org):
    rows = open_source(org).extract(ACCOUNT, None)
    next(rows)
    org.org.tokens.clear()
    assert sum(batch.num_rows for batch in rows) == ROWS - 2000


@pytest.mark.parametrize("path", ["/describe", "/queryAll", "/query/01g"])
def test_broken_answer_is_asked_for_again(org, path):
    source = open_source(org, **BY_PAGES)
    source.client.attempts = 2
    org.faults.append(Fault(path=path, drop=True))
    with stamina.set_testing(testing=True, attempts=2):  # no waiting between them
        assert sum(batch.num_rows for batch in source.extract(ACCOUNT, None)) == ROWS


@pytest.mark.parametrize("path", ["/jobs/query", "/jobs/query/750", "/results"])
def test_broken_answer_of_a_job_is_asked_for_again(org, path):
    source = open_source(org, **BY_JOB)
    source.client.attempts = 2
    org.faults.append(Fault(path=path, drop=True, after_applying=True))
    with stamina.set_testing(testing=True, attempts=2):
        assert sum(batch.num_rows for batch in source.extract(ACCOUNT, None)) == ROWS


def test_query_closed_by_the_platform_can_be_repeated(org):
    rows = open_source(org).extract(ACCOUNT, None)
    next(rows)
    org.org.cursors.clear()
    with pytest.raises(RetryableError, match="step can be repeated"):
        next(rows)


def test_failed_bulk_query_can_be_repeated(org):
    failed = {"state": "Failed", "errorMessage": "InternalServerError"}
    org.faults.append(Fault(path="/jobs/query/750", status=200, body=failed))
    with pytest.raises(RetryableError, match="Failed"):
        read(org, ACCOUNT, **BY_JOB)


def test_count_that_takes_too_long_means_a_job(org):
    timeout = [{"message": "too long", "errorCode": "QUERY_TIMEOUT"}]
    org.faults.append(Fault(path="/queryAll", status=400, body=timeout))
    before = len(org.org.jobs)
    assert read(org, ACCOUNT).num_rows == ROWS
    assert len(org.org.jobs) == before + 1


def test_object_that_is_hidden_is_told_with_its_remedy(org):
    entity = Entity("salesforce", "quote", "Quote", (Column("id", "Id"),))
    with pytest.raises(ConfigurationError, match=r"'Quote': is not there or hidden.*Grant read access"):
        read(org, entity)


def test_hidden_key_and_cursor_are_told_at_once(org):
    columns = (Column("id", "Key__c"), Column("moved", "Moved__c", TIMESTAMP))
    entity = Entity("salesforce", "account", "Account", columns, cursor="moved")
    with pytest.raises(ConfigurationError) as raised:
        read(org, entity)
    assert len(raised.value.faults) == 2


@pytest.mark.parametrize("extra", [BY_PAGES, BY_JOB])
@pytest.mark.parametrize("type_", [NUMBER, BOOLEAN, DATE, TIMESTAMP])
def test_field_of_another_type_is_told_without_its_value(org, extra, type_):
    entity = Entity("salesforce", "account", "Account", (Column("id", "Id"), Column("name", "Name", type_)))
    with pytest.raises(ContractError) as raised:
        read(org, entity, **extra)
    assert "Company" not in str(raised.value)


@pytest.mark.parametrize("body", [[], {"records": []}, {"totalSize": 1, "records": [{}], "done": False}])
def test_answer_of_another_shape_is_told(org, body):
    org.faults.append(Fault(path="/queryAll", times=9, status=200, body=body))
    with pytest.raises(ContractError):
        read(org, ACCOUNT)


def test_next_page_elsewhere_is_not_followed(org):
    body = {"totalSize": 1, "records": [], "done": False, "nextRecordsUrl": "https://elsewhere.example/services/x"}
    org.faults.append(Fault(path="/queryAll", times=9, status=200, body=body))
    with pytest.raises(ContractError, match="next page"):
        read(org, ACCOUNT)
