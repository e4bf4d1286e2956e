"""What stands in the fields we write is read back as text, and records that were merged say into which."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pyarrow as pa
import pytest

from abm.policy.load import load_policy
from abm.policy.tables import fields
from abm.settings import Connection
from abm.sources import entities, open_source
from abm_sandbox import hubspot, salesforce
from abm_sandbox.credentials import HUBSPOT_TOKEN, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.salesforce.merging import merge_accounts
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.entities import Entity

MOMENT = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
LATER = "2026-05-02T08:00:00.000+0000"
FIRST, SECOND = new_id("001", 1), new_id("001", 2)
RECORDS = {"salesforce": "account", "hubspot": "company"}


def entity(source: str) -> Entity:
    return next(found for found in entities(source) if found.name == RECORDS[source])


def read(entity: Entity, connection: Connection, cursor: str | None = None) -> dict[str, dict[str, Any]]:
    """Return the rows by id; of a key that comes twice, the one that changed last."""
    with closing(open_source(entity.source, connection)) as opened:
        rows = [row for batch in opened.extract(entity, cursor) for row in batch.to_pylist()]
    return {row["id"]: row for row in sorted(rows, key=lambda row: row[entity.cursor])}


def org_of(url: str, **extra: Any) -> Connection:
    return Connection("abm_salesforce", url, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET, extra=extra)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


def fill_portal(store: Store, **properties: list[Any]) -> None:
    ids = [str(100 + number) for number in range(2)]
    moments = {"createdAt": [MOMENT] * 2, "updatedAt": [MOMENT] * 2, "archived": [False] * 2}
    hubspot.load_world(store, {"companies": pa.table({"id": ids, **properties, **moments})})


@pytest.mark.parametrize("source", RECORDS)
def test_each_field_of_the_policy_is_read_where_it_is_written(source: str) -> None:
    mapped = {row["field"]: row["platform_field"] for row in fields(load_policy(None)) if row["destination"] == source}
    read_from = {column.name: column.field for column in entity(source).columns if column.is_ours}
    assert mapped.items() <= read_from.items()


@pytest.mark.parametrize("source", RECORDS)
def test_fields_that_a_policy_renames_are_read_under_their_new_name(source: str) -> None:
    renamed = entity(source).reading({"abm_reason": "Why__c", "name": "Nothing"})
    assert {column.name: column.field for column in renamed.columns}["abm_reason"] == "Why__c"
    assert renamed.schema == entity(source).schema
    assert [column for column in renamed.columns if column.name == "name"] == [
        column for column in entity(source).columns if column.name == "name"
    ]


@pytest.mark.parametrize("bulk_from_rows", [0, 100_000])
def test_salesforce_values_of_every_type_come_as_text(store: Store, bulk_from_rows: int) -> None:
    values = {
        "ABM_Account_Score__c": 55.5,
        "ABM_Style_Since__c": dt.date(2026, 4, 30),
        "ABM_Is_Target_Account__c": True,
    }
    columns = {name: [value] for name, value in values.items()}
    salesforce.load_world(store, {"Account": pa.table({"Id": [FIRST], "Name": ["Acme"], **columns})})
    with serve(salesforce.create_app(store)) as url:
        row = read(entity("salesforce"), org_of(url, bulk_from_rows=bulk_from_rows))[FIRST]
    assert (row["abm_account_score"], row["abm_style_since"]) == ("55.5", "2026-04-30")
    assert (row["abm_is_target_account"], row["abm_reason"]) == ("true", None)


@pytest.mark.parametrize("cursor", [None, MOMENT.isoformat()])
def test_account_that_another_took_in_says_which(store: Store, cursor: str | None) -> None:
    salesforce.load_world(
        store,
        {
            "Account": pa.table({"Id": [FIRST, SECOND], "Name": ["Acme", "Acme Inc"], "SystemModstamp": [MOMENT] * 2}),
            "Contact": pa.table({"Id": [new_id("003", 1)], "LastName": ["Doe"], "AccountId": [SECOND]}),
        },
    )
    merge_accounts(store, FIRST, SECOND, LATER)
    with serve(salesforce.create_app(store)) as url:
        rows = read(entity("salesforce"), org_of(url), cursor)
    assert (rows[SECOND]["is_deleted"], rows[SECOND]["merged_into_id"]) == (True, FIRST)
    assert (rows[FIRST]["is_deleted"], rows[FIRST]["merged_into_id"], rows[FIRST]["name"]) == (False, None, "Acme")
    assert store.execute("select AccountId from Contact")[0]["AccountId"] == FIRST


@pytest.mark.parametrize("cursor", [None, MOMENT.isoformat()])
def test_company_that_another_took_in_is_deleted_and_says_which(store: Store, cursor: str | None) -> None:
    fill_portal(store, name=["Acme", "Acme Inc"])
    with serve(hubspot.create_app(store, limits=False)) as url:
        merged = httpx.post(
            f"{url}/crm/v3/objects/companies/merge",
            json={"primaryObjectId": "100", "objectIdToMerge": "101"},
            headers={"Authorization": f"Bearer {HUBSPOT_TOKEN}"},
        ).json()["id"]
        rows = read(entity("hubspot"), Connection("abm_hubspot", url, password=HUBSPOT_TOKEN), cursor)
    assert {key: (row["is_archived"], row["merged_into_id"]) for key, row in rows.items()} == {
        merged: (False, None),
        "100": (True, merged),
        "101": (True, merged),
    }
