"""Custom fields and optional objects: read where an account has them, empty where it has not, never a failed night."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pyarrow as pa
import pytest

from abm.entities import BOOLEAN, DATE, NUMBER
from abm.settings import Connection
from abm.sources import entities, open_source
from abm.sources.hubspot.batches import record_batch
from abm_sandbox import hubspot, salesforce
from abm_sandbox.credentials import HUBSPOT_TOKEN, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.faults import Fault
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.entities import Entity

MOMENT = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
ACCOUNT, USER = new_id("001", 1), new_id("005", 1)


def entity(source: str, name: str) -> Entity:
    return next(entity for entity in entities(source) if entity.name == name)


def custom(source: str, name: str) -> set[str]:
    return {column.name for column in entity(source, name).columns if column.is_ours or "abm_" in column.field.lower()}


class Org:
    """A Salesforce org with one account."""

    def __init__(self, **fields: Any) -> None:
        store = Store()
        account = {"Id": [ACCOUNT], "Name": ["Acme"], **{name: [value] for name, value in fields.items()}}
        team = {"Id": [new_id("01M", 1)], "AccountId": [ACCOUNT], "UserId": [USER], "TeamMemberRole": ["Sales Rep"]}
        salesforce.load_world(store, {"Account": pa.table(account), "AccountTeamMember": pa.table(team)})
        self.app = salesforce.create_app(store)

    def read(self, name: str, **extra: Any) -> list[dict[str, Any]]:
        with serve(self.app) as url:
            connection = Connection(
                "abm_salesforce", url, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET, extra=extra
            )
            return _rows("salesforce", name, connection)


def _rows(source: str, name: str, connection: Connection) -> list[dict[str, Any]]:
    with closing(open_source(source, connection)) as opened:
        return [row for batch in opened.extract(entity(source, name), None) for row in batch.to_pylist()]


def test_org_without_our_fields_is_read_with_all_of_them_empty() -> None:
    (row,) = Org().read("account")
    assert row["name"] == "Acme"
    assert {row[name] for name in custom("salesforce", "account")} == {None}


@pytest.mark.parametrize("bulk_from_rows", [0, 100_000])
def test_what_people_record_in_salesforce_arrives_typed(bulk_from_rows: int) -> None:
    org = Org(
        ABM_Potential_Estimate__c=250_000.0,
        ABM_Influence_Date__c=dt.date(2026, 4, 30),
        ABM_Sales_Sign_Off__c=True,
        ABM_Imperative__c="Fraud prevention",
        ABM_Style__c="1:Few",
    )
    (row,) = org.read("account", bulk_from_rows=bulk_from_rows)
    assert row["potential_estimate"] == 250_000
    assert row["influence_date"] == dt.date(2026, 4, 30)
    assert (row["sales_signed_off"], row["marketing_signed_off"]) == (True, None)
    assert (row["imperative"], row["abm_style"]) == ("Fraud prevention", "1:Few")


@pytest.mark.parametrize("bulk_from_rows", [0, 100_000])
def test_field_that_people_made_of_another_type_is_left_empty_and_told(
    bulk_from_rows: int, caplog: pytest.LogCaptureFixture
) -> None:
    org = Org(ABM_Sales_Sign_Off__c="yes, by phone", ABM_Imperative__c="Fraud prevention")
    with caplog.at_level(logging.WARNING):
        (row,) = org.read("account", bulk_from_rows=bulk_from_rows)
    assert (row["sales_signed_off"], row["imperative"]) == (None, "Fraud prevention")
    assert "Account.ABM_Sales_Sign_Off__c is of type string and not read: make it boolean" in caplog.text
    assert "by phone" not in caplog.text


def test_org_without_account_teams_has_no_team_and_no_failure() -> None:
    org = Org()
    assert [row["team_member_role"] for row in org.read("account_team_member")] == ["Sales Rep"]
    missing = [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}]
    org.app.state.faults.append(Fault(path="/AccountTeamMember/describe", status=404, body=missing))
    assert org.read("account_team_member") == []


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


def _fill(store: Store, **properties: Any) -> None:
    columns = {name: [value] for name, value in properties.items()}
    record = {"id": ["1000"], **columns, "createdAt": [MOMENT], "updatedAt": [MOMENT], "archived": [False]}
    hubspot.load_world(store, {"companies": pa.table(record)})


def _company(store: Store, cursor: str | None = None) -> dict[str, Any]:
    with (
        serve(hubspot.create_app(store, limits=False)) as url,
        closing(open_source("hubspot", Connection("abm_hubspot", url, password=HUBSPOT_TOKEN))) as opened,
    ):
        rows = [row for batch in opened.extract(entity("hubspot", "company"), cursor) for row in batch.to_pylist()]
    return rows[0]


@pytest.mark.parametrize("cursor", [None, MOMENT.isoformat()], ids=["listed", "searched"])
def test_portal_without_our_properties_is_read_with_all_of_them_empty(store: Store, cursor: str | None) -> None:
    _fill(store, name="Acme")
    row = _company(store, cursor)
    assert row["name"] == "Acme"
    assert {row[name] for name in custom("hubspot", "company")} == {None}


@pytest.mark.parametrize("cursor", [None, MOMENT.isoformat()], ids=["listed", "searched"])
def test_what_people_record_in_hubspot_arrives_typed(store: Store, cursor: str | None) -> None:
    _fill(store, abm_influence=85.0, abm_influence_date=dt.date(2026, 4, 30), abm_marketing_sign_off=True)
    row = _company(store, cursor)
    assert (row["influence_manual"], row["influence_date"]) == (85, dt.date(2026, 4, 30))
    assert (row["marketing_signed_off"], row["sales_signed_off"]) == (True, None)


def test_what_a_person_writes_in_the_crm_is_read_back(store: Store) -> None:
    _fill(store, abm_style="1:Few", abm_mqa_answered_on=dt.date(2026, 4, 1))
    with serve(hubspot.create_app(store, limits=False)) as url:
        edit = {"properties": {"abm_style": "1:One", "abm_mqa_answered_on": "2026-05-02"}}
        headers = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
        answer = httpx.patch(f"{url}/crm/v3/objects/companies/1000", json=edit, headers=headers)
    assert answer.status_code == httpx.codes.OK
    row = _company(store)
    assert (row["abm_style"], row["mqa_answered_on"]) == ("1:One", dt.date(2026, 5, 2))
    assert row["updated_at"] > MOMENT


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-04-30", dt.date(2026, 4, 30)),
        ("2026-04-30T23:30:00-02:00", dt.date(2026, 5, 1)),
        ("1777507200000", dt.date(2026, 4, 30)),
        ("soon", None),
    ],
)
def test_days_are_read_in_each_form_hubspot_has(text: str, day: dt.date | None) -> None:
    batch = record_batch(entity("hubspot", "company"), [{"id": "1", "abm_influence_date": text}])
    assert batch["influence_date"].to_pylist() == [day]


def test_each_crm_has_the_same_judgements_in_the_same_types() -> None:
    first, second, third = (
        {column.name: column.type for column in entity(source, name).columns}
        for source, name in (("salesforce", "account"), ("hubspot", "company"), ("files", "accounts"))
    )
    recorded = custom("salesforce", "account")
    assert recorded == custom("hubspot", "company")
    assert {first[name] for name in recorded} >= {NUMBER, BOOLEAN, DATE}
    assert all(first[name] == second[name] == third.get(name, first[name]) for name in recorded)
