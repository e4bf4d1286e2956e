"""Land Arrow batches in raw tables: staged as they arrive, merged by key, once for all sources."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from abm import entities as types
from abm.errors import AbmError, ContractError, HeldError, RetryableError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abm.entities import Entity

_log = logging.getLogger(__name__)

_SQL_TYPES = {
    types.TEXT: "text",
    types.NUMBER: "double precision",
    types.INTEGER: "bigint",
    types.BOOLEAN: "boolean",
    types.DATE: "date",
    types.TIMESTAMP: "timestamptz",
}
_ANALYZE_FROM = 1000  # changed rows; below, autovacuum's own pace is enough
_DISK_FULL, _NUL_IN_TEXT = "53100", "22021"
_PASSING_CLASSES = ("08", "40", "53", "55", "57")  # connection, rollback, resources, locks, shutdown


@dataclass(frozen=True)
class Staged:
    """One entity's rows in the incoming table; `cursor_to` is the latest change among them."""

    entity: str
    rows: int
    cursor_to: str | None


@dataclass(frozen=True)
class Counts:
    """What a merge did; a row that changed and is marked deleted counts as deleted."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0


def ensure_tables(warehouse: str | psycopg.Connection, entities: Iterable[Entity]) -> None:
    """Create raw and incoming tables that are missing, and add new columns; a second call changes nothing.

    A new column empties the entity's cursor, so that the next load fills it for all rows.
    """
    if isinstance(warehouse, str):
        with connect(warehouse) as connection:
            ensure_tables(connection, entities)
        return
    with warehouse.transaction():
        warehouse.execute("select pg_advisory_xact_lock(hashtext('abm raw tables'))")
        for entity in entities:
            _ensure_raw_table(warehouse, entity)
            warehouse.execute(f"create schema if not exists {entity.incoming_schema}")
            warehouse.execute(f"create unlogged table if not exists {_incoming(entity)} ({_column_list(entity)})")


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
    with _told(entity, "staging"), adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as rows:
        rows.execute(f"select pg_advisory_xact_lock(hashtext('abm landing {_raw(entity)}'))").fetchall()
        rows.execute(f"drop table if exists {_incoming(entity)}")
        rows.execute(f"create unlogged table {_incoming(entity)} ({_column_list(entity)})")
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


def merge(url: str, entity: Entity, batch_id: str) -> Counts:
    """Merge a staged batch into the raw table and move the cursor, in one transaction.

    A batch merged before returns its recorded counts. A full load marks rows it does not have as deleted, unless
    it is empty: an empty or broken source never deletes.
    """
    with _told(entity, "merging"), connect(url) as connection, connection.transaction():
        return merge_in(connection, entity, batch_id)


def merge_in(connection: psycopg.Connection, entity: Entity, batch_id: str) -> Counts:
    """Merge as `merge` does, inside the caller's transaction."""
    connection.execute(f"select pg_advisory_xact_lock(hashtext('abm landing {_raw(entity)}'))")
    batch = _find_batch(connection, entity, batch_id)
    if batch.status == "merged":
        return batch.counts
    keys = _check_keys(connection, entity, batch.rows)
    is_first = not connection.execute(f"select exists (select from {_raw(entity)})").fetchone()[0]  # type: ignore[index]
    fresh = _incoming(entity) if keys == batch.rows else f"({_deduplicated(entity)})"
    if is_first:
        counts = Counts(inserted=_insert(connection, entity, fresh, batch_id))
    else:
        counts = _upsert(connection, entity, fresh, batch, keys)
    if counts.inserted + counts.updated + counts.deleted >= _ANALYZE_FROM:
        connection.execute(f"analyze {_raw(entity)}")
    _record_merge(connection, entity, batch, counts)
    return counts


@dataclass(frozen=True)
class _Batch:
    batch_id: str
    status: str
    is_full: bool
    rows: int
    cursor_to: str | None
    counts: Counts


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


def _ensure_raw_table(connection: psycopg.Connection, entity: Entity) -> None:
    existing = {
        row[0]
        for row in connection.execute(
            "select column_name from information_schema.columns where table_schema = %s and table_name = %s",
            [entity.raw_schema, entity.name],
        )
    }
    if not existing:
        connection.execute(f"create schema if not exists {entity.raw_schema}")
        connection.execute(
            f"""
            create table {_raw(entity)} (
                {_column_list(entity)},
                _landed_at timestamptz not null default now(),
                _batch_id text,
                _is_deleted boolean not null default false,
                primary key ({_names(entity.key)})
            )
            """
        )
        connection.execute(f"create index on {_raw(entity)} (_landed_at)")
        return
    missing = [column for column in entity.columns if column.name not in existing]
    for column in missing:
        connection.execute(f"alter table {_raw(entity)} add column {_quoted(column.name)} {_SQL_TYPES[column.type]}")
    if missing:
        connection.execute(
            "delete from ops.source_cursors where source = %s and entity = %s", [entity.source, entity.name]
        )


def _find_batch(connection: psycopg.Connection, entity: Entity, batch_id: str) -> _Batch:
    row = connection.execute(
        """
        select
            status, is_full, rows_staged, cursor_to,
            rows_inserted, rows_updated, rows_deleted, rows_unchanged, reason
        from ops.landing_batches
        where batch_id = %s and source = %s and entity = %s
        for update
        """,
        [batch_id, entity.source, entity.name],
    ).fetchone()
    if row is None:
        raise AbmError(f"No batch {batch_id!r} of {_told_name(entity)} was staged. Run the stage step first.")
    status, is_full, rows, cursor_to, *counts, reason = row
    if status not in {"staged", "merged"}:
        raise HeldError(
            f"Batch {batch_id!r} of {_told_name(entity)} is {status}{f' ({reason})' if reason else ''}. "
            "Nothing was merged; stage the source again."
        )
    return _Batch(batch_id, status, is_full, rows, cursor_to, Counts(*(count or 0 for count in counts)))


def _check_keys(connection: psycopg.Connection, entity: Entity, rows: int) -> int:
    """Return the number of distinct keys among the staged rows; raises ContractError where a key is null."""
    names, any_null = _names(entity.key), " or ".join(f"{name} is null" for name in map(_quoted, entity.key))
    row = connection.execute(
        f"""
        select count(*), sum(rows) filter (where {any_null}), sum(rows)
        from (select {names}, count(*) as rows from {_incoming(entity)} group by {names}) as keys
        """
    ).fetchone()
    keys, nulls, found = row  # type: ignore[misc]
    if nulls:
        raise ContractError(
            f"{nulls} of {rows} rows of {_told_name(entity)} have no {' or '.join(entity.key)}. "
            "Nothing was merged; mend the source or its mapping and load again."
        )
    if (found or 0) != rows:
        # Unlogged tables are emptied when the server crashes.
        raise RetryableError(f"The staged rows of {_told_name(entity)} are gone. Stage the source again.")
    return int(keys)


def _insert(connection: psycopg.Connection, entity: Entity, fresh: str, batch_id: str) -> int:
    """Fill an empty raw table. The indexes are built after the rows, which is far cheaper than row by row."""
    names = _names(column.name for column in entity.columns)
    return connection.execute(
        f"""
        insert into {_raw(entity)} ({names}, _batch_id, _is_deleted)
        select {names}, %s, {_deleted(entity)} from {fresh} as fresh
        """,
        [batch_id],
    ).rowcount


def _upsert(connection: psycopg.Connection, entity: Entity, fresh: str, batch: _Batch, keys: int) -> Counts:
    connection.execute(f"analyze {_incoming(entity)}")
    raw = _raw(entity)
    values = [_quoted(column.name) for column in entity.columns if column.name not in entity.key]
    matches = " and ".join(f"raw.{name} = fresh.{name}" for name in map(_quoted, entity.key))
    # A platform's search may lag: an incremental read never puts an older state over a newer one.
    cursor = _quoted(entity.cursor) if entity.cursor and not batch.is_full else None
    not_older = f"and (raw.{cursor} <= fresh.{cursor} or raw.{cursor} is null)" if cursor else ""
    old = ", ".join([*(f"raw.{name}" for name in values), "raw._is_deleted"])
    new = ", ".join([*(f"fresh.{name}" for name in values), _deleted(entity)])
    row = connection.execute(
        f"""
        with changed as (
            update {raw} as raw
            set {"".join(f"{name} = fresh.{name}, " for name in values)}
                _is_deleted = {_deleted(entity)}, _landed_at = now(), _batch_id = %s
            from {fresh} as fresh
            where {matches} and ({old}) is distinct from ({new}) {not_older}
            returning raw._is_deleted
        )
        select count(*) filter (where not _is_deleted), count(*) filter (where _is_deleted) from changed
        """,
        [batch.batch_id],
    ).fetchone()
    updated, deleted = row  # type: ignore[misc]
    unseen = f"(select * from {fresh} as fresh where not exists (select from {raw} as raw where {matches}))"
    inserted = _insert(connection, entity, unseen, batch.batch_id)
    unchanged = keys - inserted - updated - deleted
    if batch.is_full:
        deleted += _mark_missing(connection, entity, batch)
    return Counts(inserted, updated, deleted, unchanged)


def _mark_missing(connection: psycopg.Connection, entity: Entity, batch: _Batch) -> int:
    if not batch.rows:
        _log.warning("Full load of %s is empty: its rows are kept as they are", _told_name(entity))
        return 0
    matches = " and ".join(f"raw.{name} = fresh.{name}" for name in map(_quoted, entity.key))
    return connection.execute(
        f"""
        update {_raw(entity)} as raw
        set _is_deleted = true, _landed_at = now(), _batch_id = %s
        where not raw._is_deleted and not exists (select from {_incoming(entity)} as fresh where {matches})
        """,
        [batch.batch_id],
    ).rowcount


def _record_merge(connection: psycopg.Connection, entity: Entity, batch: _Batch, counts: Counts) -> None:
    connection.execute(
        """
        update ops.landing_batches
        set status = 'merged', merged_at = now(),
            rows_inserted = %s, rows_updated = %s, rows_deleted = %s, rows_unchanged = %s
        where batch_id = %s and source = %s and entity = %s
        """,
        [
            *(counts.inserted, counts.updated, counts.deleted, counts.unchanged),
            *(batch.batch_id, entity.source, entity.name),
        ],
    )
    if batch.cursor_to:
        # A date in the future would hide all changes until then; a cursor never goes back.
        reached = min(datetime.fromisoformat(batch.cursor_to), datetime.now(UTC)).isoformat(timespec="microseconds")
        connection.execute(
            """
            insert into ops.source_cursors as cursors (source, entity, cursor_value) values (%s, %s, %s)
            on conflict (source, entity) do update set cursor_value = excluded.cursor_value, moved_at = now()
            where cursors.cursor_value::timestamptz < excluded.cursor_value::timestamptz
            """,
            [entity.source, entity.name, reached],
        )


def _deduplicated(entity: Entity) -> str:
    """Return a query of one row a key: the latest by cursor; among equals, the same one in whatever order they came."""
    others = [column.name for column in entity.columns if column.name not in {*entity.key, entity.cursor}]
    ranked = [f"{_quoted(name)} desc nulls last" for name in [*([entity.cursor] if entity.cursor else []), *others]]
    order = ", ".join([*map(_quoted, entity.key), *ranked])
    return f"select distinct on ({_names(entity.key)}) * from {_incoming(entity)} order by {order}"


def _deleted(entity: Entity) -> str:
    return f"coalesce(fresh.{_quoted(entity.deleted)}, false)" if entity.deleted else "false"


def _column_list(entity: Entity) -> str:
    return ", ".join(f"{_quoted(column.name)} {_SQL_TYPES[column.type]}" for column in entity.columns)


def _raw(entity: Entity) -> str:
    return f"{entity.raw_schema}.{_quoted(entity.name)}"


def _incoming(entity: Entity) -> str:
    return f"{entity.incoming_schema}.{_quoted(entity.name)}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return f'"{name}"'


def _told_name(entity: Entity) -> str:
    return f"{entity.source}.{entity.name}"


@contextlib.contextmanager
def _told(entity: Entity, step: str) -> Iterator[None]:
    """Turn database errors into one sentence; PostgreSQL's own texts may quote rows and stay out of it."""
    try:
        yield
    except (psycopg.Error, adbc_driver_manager.Error) as error:
        raise _explained(entity, step, getattr(error, "sqlstate", None)) from None


def _explained(entity: Entity, step: str, sqlstate: str | None) -> AbmError:
    name, kept = _told_name(entity), "Nothing was changed"
    if sqlstate == _DISK_FULL:
        return AbmError(f"The warehouse's disk is full ({step} {name}). {kept}; free space there and run again.")
    if sqlstate is None or sqlstate.startswith(_PASSING_CLASSES):
        return RetryableError(
            f"The warehouse stopped {step} {name} (SQLSTATE {sqlstate}). {kept}; it can be tried again.",
            code=sqlstate or "TRANSIENT",
        )
    if sqlstate == _NUL_IN_TEXT:
        return ContractError(f"A text of {name} holds a NUL character. {kept}; remove it at the source.")
    return AbmError(
        f"The warehouse refused {step} {name} (SQLSTATE {sqlstate}). {kept}; its server log has the statement."
    )
