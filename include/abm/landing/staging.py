"""Stage what a source delivers: streamed into the incoming table, so that memory stays flat."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import adbc_driver_postgresql.dbapi
import pyarrow as pa
import pyarrow.compute as pc

from abm.errors import ContractError
from abm.landing.faults import database_errors_told
from abm.landing.tables import column_list, incoming_table, raw_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abm.entities import Entity


@dataclass(frozen=True)
class Staged:
    """One entity's rows in the incoming table; `cursor_to` is the latest change among them."""

    entity: str
    rows: int
    cursor_to: str | None


def stage(
    url: str,
    entity: Entity,
    batches: Iterable[pa.RecordBatch],
    *,
    batch_id: str,
    is_full: bool,
    cursor_from: str | None,
) -> Staged:
    """Stream the batches into the entity's incoming table, in one transaction, and record the batch as staged.

    What an earlier stage of the entity left there is replaced and its batch abandoned. An error of the source
    is raised as it is, and leaves the incoming table as it was.
    """
    arrivals = _Arrivals(entity, batches)
    with (
        database_errors_told(entity, "staging"),
        adbc_driver_postgresql.dbapi.connect(url) as connection,
        connection.cursor() as rows,
    ):
        rows.execute(f"select pg_advisory_xact_lock(hashtext('abm landing {raw_table(entity)}'))").fetchall()
        rows.execute(f"drop table if exists {incoming_table(entity)}")
        rows.execute(f"create unlogged table {incoming_table(entity)} ({column_list(entity)})")
        with arrivals.source_errors():
            rows.adbc_ingest(entity.name, arrivals.reader(), mode="append", db_schema_name=entity.incoming_schema)
        rows.execute(
            "update ops.landing_batches set status = 'abandoned' "
            "where source = $1 and entity = $2 and status = 'staged'",
            (entity.source, entity.name),
        )
        rows.execute(
            """
            insert into ops.landing_batches
                (batch_id, source, entity, is_full, status, rows_staged, cursor_from, cursor_to)
            values ($1, $2, $3, $4, 'staged', $5, $6, $7)
            on conflict (batch_id, source, entity) do update set
                is_full = excluded.is_full, status = 'staged', rows_staged = excluded.rows_staged,
                cursor_from = excluded.cursor_from, cursor_to = excluded.cursor_to, staged_at = now(),
                rows_inserted = null, rows_updated = null, rows_deleted = null, rows_unchanged = null,
                merged_at = null, reason = null
            """,
            (batch_id, entity.source, entity.name, is_full, arrivals.rows, cursor_from, arrivals.cursor_to),
        )
        connection.commit()
    return Staged(entity.name, arrivals.rows, arrivals.cursor_to)


class _Arrivals:
    """The source's batches on their way into the warehouse: checked, counted, the latest cursor kept."""

    def __init__(self, entity: Entity, batches: Iterable[pa.RecordBatch]) -> None:
        self._entity = entity
        self._batches = batches
        self._latest: datetime | None = None
        self._error: Exception | None = None
        self.rows = 0

    @property
    def cursor_to(self) -> str | None:
        return self._latest.astimezone(UTC).isoformat(timespec="microseconds") if self._latest else None

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self._entity.schema, self._pass())

    @contextlib.contextmanager
    def source_errors(self) -> Iterator[None]:
        """Raise the source's own error in place of the one that Arrow's C interface makes of it."""
        try:
            yield
        except Exception:
            if self._error is not None:
                raise self._error from None
            raise

    def _pass(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches:
                self.rows += batch.num_rows
                yield self._conform(batch)
        except Exception as error:
            self._error = error
            raise

    def _conform(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        entity = self._entity
        if not batch.schema.equals(entity.schema):
            try:
                batch = batch.select(entity.schema.names).cast(entity.schema)
            except (KeyError, pa.ArrowException) as error:
                raise ContractError(
                    f"Source {entity.source!r} delivered {entity.name!r} with columns other than its records say. "
                    f"Compare its client with the columns in sources/{entity.source}/records.py."
                ) from error
        if entity.cursor and (latest := pc.max(batch.column(entity.cursor)).as_py()):
            self._latest = max(self._latest, latest) if self._latest else latest
        return batch
