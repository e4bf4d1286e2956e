"""Two nights of HubSpot in the warehouse: what changed, what was archived, and nothing else."""

from __future__ import annotations

import datetime as dt

import httpx
import pyarrow as pa
import pytest

from abm.ingest import merge_source, stage_source
from abm.settings import Connection
from abm_sandbox.credentials import HUBSPOT_TOKEN
from abm_sandbox.hubspot import create_app, load_world
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def hubspot_url():
    store = Store()
    audit = {name: [MOMENT] * 120 for name in ("createdAt", "updatedAt")}
    ids = [str(1000 + n) for n in range(120)]
    pairs = pa.table({"from": ["1000", "1001"], "to": ["1002", "1003"], "primary": [True, False]})
    load_world(
        store,
        {
            "companies": pa.table({"id": ids, "name": ids, **audit}),
            "deals": pa.table({"id": ids, "amount": [1.0] * 120, **audit}),
            "deals/companies": pairs,
        },
    )
    with serve(create_app(store, limits=False)) as url:
        yield url
    store.close()


def _night(warehouse_url, hubspot_url, batch_id):
    connection = Connection("abm_hubspot", hubspot_url, password=HUBSPOT_TOKEN, extra={"burst_requests": 0})
    stage_source(warehouse_url, "hubspot", connection, batch_id)
    return merge_source(warehouse_url, "hubspot", batch_id)


def test_second_night_lands_changes_and_deletions_only(warehouse, warehouse_url, hubspot_url):
    first = _night(warehouse_url, hubspot_url, "night-1")
    assert (first["company"].inserted, first["deal"].inserted, first["deal_company"].inserted) == (120, 120, 2)

    companies = f"{hubspot_url}/crm/v3/objects/companies"
    headers = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
    httpx.patch(f"{companies}/1000", json={"properties": {"name": "Renamed"}}, headers=headers).raise_for_status()
    httpx.delete(f"{companies}/1002", headers=headers).raise_for_status()
    second = _night(warehouse_url, hubspot_url, "night-2")

    assert (second["company"].inserted, second["company"].updated, second["company"].deleted) == (0, 1, 1)
    assert (second["deal"].changed, second["deal_company"].deleted) == (0, 1)
    gone = warehouse.execute("select id from raw_hubspot.company where _is_deleted").fetchall()
    renamed = warehouse.execute("select name from raw_hubspot.company where id = '1000'").fetchall()
    assert (gone, renamed) == ([("1002",)], [("Renamed",)])


def test_night_without_changes_lands_nothing(warehouse_url, hubspot_url):
    _night(warehouse_url, hubspot_url, "night-1")
    assert {counts.changed for counts in _night(warehouse_url, hubspot_url, "night-2").values()} == {0}
