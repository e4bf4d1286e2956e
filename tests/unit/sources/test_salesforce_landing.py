"""Salesforce's tables land, and a second night brings only what changed."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from abm.ingest import merge_source, stage_source
from abm.settings import Connection
from abm_sandbox.credentials import SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.salesforce import create_app, load_world
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

CREATED = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def night(url, connection, batch_id):
    stage_source(url, "salesforce", connection, batch_id)
    merge_source(url, "salesforce", batch_id)


def test_second_night_brings_changes_and_deletions(warehouse_url, warehouse):
    ids = [new_id("001", 1_000_000 + at) for at in range(3)]
    moments = pa.array([CREATED + dt.timedelta(days=at) for at in range(3)], pa.timestamp("us", tz="UTC"))
    store = Store()
    load_world(store, {"Account": pa.table({"Id": ids, "Name": ["A", "B", "C"], "SystemModstamp": moments})})
    app = create_app(store)
    with serve(app) as url:
        connection = Connection("abm_salesforce", url, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET)
        night(warehouse_url, connection, "first")
        store.execute("update Account set Name = 'D', SystemModstamp = '2026-05-04T00:00:00.000+0000' where Name = 'B'")
        store.execute(
            "update Account set IsDeleted = 1, SystemModstamp = '2026-05-04T00:00:00.000+0000' where Name = 'A'"
        )
        night(warehouse_url, connection, "second")
    landed = "select name, _is_deleted from raw_salesforce.account order by id"
    assert warehouse.execute(landed).fetchall() == [("A", True), ("D", False), ("C", False)]
