"""Landing: staging and merging company rows, beside ADBC's plain ingest of the same rows."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import adbc_driver_postgresql.dbapi
import numpy as np
import pyarrow as pa

from abm import landing
from abm.sources.hubspot.records import ENTITIES
from abm.warehouse import connect
from abm_sandbox.world import generate
from abm_sandbox.world.ids import hubspot_ids
from benchmarks.measuring import interleaved, stopwatch
from benchmarks.reports import Aim, Figure, Report
from benchmarks.warehouses import settle, temporary_warehouse

if TYPE_CHECKING:
    from benchmarks.reports import Scale

ROWS = {"small": 20_000, "full": 500_000}
ROUNDS = {"small": 1, "full": 5}
CHANGED_ROWS = 1_000
BATCH_ROWS = 10_000
_COMPANY = next(entity for entity in ENTITIES if entity.name == "company")
_TEMPLATE_ACCOUNTS = 2_000
_DAY = dt.date(2026, 3, 2)


def measure(scale: Scale) -> Report:
    """Load companies first, again unchanged, and a few changed ones into the full table."""
    rows, rounds = ROWS[scale], ROUNDS[scale]
    with temporary_warehouse() as url:
        loads = Loads(url, companies(rows))
        landing.ensure_tables(url, [_COMPANY])
        first = interleaved(loads.first, loads.plain, rounds=rounds)
        again = interleaved(loads.again, loads.plain, rounds=rounds)
        few = interleaved(loads.changed, loads.plain_few, rounds=rounds)
    return Report(
        title="Landing",
        floor="ADBC `adbc_ingest` of the same Arrow batches into a new table without key or index.",
        figures=[
            Figure(f"first load of {rows:,} companies", rows / first.seconds, "rows/s"),
            Figure("ADBC ingest of the same rows", rows / first.floor_seconds, "rows/s"),
            Figure("first load / ADBC ingest, in rows/s", first.share_of_floor_speed, aim=Aim("at least", 0.25)),
            Figure("same load again, nothing changed", rows / again.seconds, "rows/s"),
            Figure("same load again / ADBC ingest, in rows/s", again.share_of_floor_speed),
            Figure(f"{CHANGED_ROWS:,} changed rows into {rows:,}", few.seconds, "s"),
            Figure("ADBC ingest of the changed rows alone", few.floor_seconds, "s"),
        ],
        notes=[
            "A load stages every row, checks keys, merges by key, builds key and index, and moves the cursor.",
            "A load of everything reads everything, changed or not; a night reads what changed by its cursor.",
        ],
    )


@dataclass
class Loads:
    """Ways to bring the same companies into one warehouse; each returns its seconds."""

    url: str
    table: pa.Table
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def first(self) -> float:
        with connect(self.url) as connection:
            connection.execute("truncate raw_hubspot.company")
        settle(self.url)
        return self._land(self.table, is_full=True)

    def again(self) -> float:
        settle(self.url, "raw_hubspot.company")
        return self._land(self.table, is_full=True)

    def changed(self) -> float:
        settle(self.url, "raw_hubspot.company")
        return self._land(self._renamed(), is_full=False)

    def plain(self) -> float:
        return self._ingest(self.table)

    def plain_few(self) -> float:
        return self._ingest(self._renamed())

    def _land(self, table: pa.Table, *, is_full: bool) -> float:
        batch_id = f"load-{next(self._numbers)}"
        with stopwatch() as watch:
            batches = iter(table.to_batches(max_chunksize=BATCH_ROWS))
            landing.stage(self.url, _COMPANY, batches, batch_id=batch_id, is_full=is_full, cursor_from=None)
            landing.merge(self.url, _COMPANY, batch_id)
        return watch.seconds

    def _ingest(self, table: pa.Table) -> float:
        with connect(self.url) as connection:
            connection.execute("drop table if exists public.plain")
        settle(self.url)
        with stopwatch() as watch, adbc_driver_postgresql.dbapi.connect(self.url) as connection:
            reader = pa.RecordBatchReader.from_batches(table.schema, iter(table.to_batches(max_chunksize=BATCH_ROWS)))
            with connection.cursor() as cursor:
                cursor.adbc_ingest("plain", reader, mode="create", db_schema_name="public")
            connection.commit()
        return watch.seconds

    def _renamed(self) -> pa.Table:
        """Return a few rows, each with a name it did not have before."""
        few = self.table.slice(0, CHANGED_ROWS)
        edition = next(self._numbers)
        names = pa.array([f"Company {number}, edition {edition}" for number in range(few.num_rows)], pa.string())
        return few.set_column(few.schema.get_field_index("name"), few.schema.field("name"), names)


def companies(rows: int) -> pa.Table:
    """Return HubSpot companies as the source delivers them: the world's values repeated under ids of their own."""
    world = generate(1, _TEMPLATE_ACCOUNTS, _DAY, people_per_account=1, activities_per_account=1)
    delivered = world.table("hubspot", _COMPANY.object)
    named = delivered.select([column.field for column in _COMPANY.columns]).rename_columns(_COMPANY.schema.names)
    repeated = named.take(np.arange(rows) % named.num_rows).cast(_COMPANY.schema)
    return repeated.set_column(0, "id", hubspot_ids("companies", np.arange(rows))).combine_chunks()
