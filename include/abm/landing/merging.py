"""Merge a staged batch into its raw table: by key, in one transaction, touching only rows that differ."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg

from abm.errors import AbmError, ContractError, HeldError, RetryableError
from abm.landing.faults import database_errors_told
from abm.landing.tables import create_indexes, drop_indexes, incoming_table, name_list, quoted, raw_table, told_name
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abm.entities import Entity

_log = logging.getLogger(__name__)

_ANALYZE_FROM = 0.05  # share of rows changed; dbt reads right after, before autovacuum would have looked


@dataclass(frozen=True)
class Counts:
    """What a merge did; a row that changed and is marked deleted counts as deleted."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> int:
        return self.inserted + self.updated + self.deleted


def merge(url: str, entity: Entity, batch_id: str) -> Counts:
    """Merge a staged batch into the raw table and move the cursor, in one transaction.

    A batch merged before returns its recorded counts. A full load marks rows it does not have as deleted, unless
    it is empty: an empty or broken source never deletes.
    """
    return merge_all(url, [entity], batch_id)[entity.name]


def merge_all(url: str, entities: Iterable[Entity], batch_id: str) -> dict[str, Counts]:
    """Merge the batch's rows of several entities as `merge` does, in one transaction: all of them or none."""
    counts = {}
    with connect(url) as connection:
        for entity in entities:
            with database_errors_told(entity, "merging"):
                counts[entity.name] = _merge(connection, entity, batch_id)
    return counts


def _merge(connection: psycopg.Connection, entity: Entity, batch_id: str) -> Counts:
    connection.execute(f"select pg_advisory_xact_lock(hashtext('abm landing {raw_table(entity)}'))")
    batch = _find_batch(connection, entity, batch_id)
    if batch.status == "merged":
        return batch.counts
    counts = _fill(connection, entity, batch) or _upsert(connection, entity, batch)
    _refresh_statistics(connection, entity, counts)
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
        raise AbmError(f"No batch {batch_id!r} of {told_name(entity)} was staged. Run the stage step first.")
    status, is_full, rows, cursor_to, *counts, reason = row
    if status not in {"staged", "merged"}:
        raise HeldError(
            f"Batch {batch_id!r} of {told_name(entity)} is {status}{f' ({reason})' if reason else ''}. "
            "Nothing was merged; stage the source again."
        )
    return _Batch(batch_id, status, is_full, rows, cursor_to, Counts(*(count or 0 for count in counts)))


def _fill(connection: psycopg.Connection, entity: Entity, batch: _Batch) -> Counts | None:
    """Fill a raw table that is empty, or return None where it is not, or where keys are missing or repeated.

    Building the indexes after the rows halves the time.
    """
    if connection.execute(f"select exists (select from {raw_table(entity)})").fetchone() == (True,):
        return None
    if not batch.rows:
        return Counts()
    try:
        with connection.transaction():
            drop_indexes(connection, entity)
            rows = _insert(connection, entity, incoming_table(entity), batch.batch_id)
            _check_complete(entity, batch, rows)
            create_indexes(connection, entity)
    except psycopg.errors.IntegrityError:
        return None
    return Counts(inserted=rows)


def _insert(connection: psycopg.Connection, entity: Entity, fresh: str, batch_id: str) -> int:
    names = name_list(column.name for column in entity.columns)
    return connection.execute(
        f"""
        insert into {raw_table(entity)} ({names}, _batch_id, _is_deleted)
        select {names}, %s, {_deleted_mark(entity)} from {fresh} as fresh
        """,
        [batch_id],
    ).rowcount


def _upsert(connection: psycopg.Connection, entity: Entity, batch: _Batch) -> Counts:
    keys = _check_keys(connection, entity, batch)
    fresh = incoming_table(entity) if keys == batch.rows else f"({_deduplicated(entity)})"
    connection.execute(f"analyze {incoming_table(entity)}")
    updated, deleted = _update(connection, entity, fresh, batch)
    raw, same = raw_table(entity), _same_key(entity)
    unseen = f"(select * from {fresh} as fresh where not exists (select from {raw} as raw where {same}))"
    inserted = _insert(connection, entity, unseen, batch.batch_id)
    unchanged = keys - inserted - updated - deleted
    if batch.is_full:
        deleted += _mark_missing(connection, entity, batch)
    return Counts(inserted, updated, deleted, unchanged)


def _update(connection: psycopg.Connection, entity: Entity, fresh: str, batch: _Batch) -> tuple[int, int]:
    """Touch only rows that differ, and return how many were updated and how many of them are marked deleted now."""
    values = [quoted(column.name) for column in entity.columns if column.name not in entity.key]
    old = ", ".join([*(f"raw.{name}" for name in values), "raw._is_deleted"])
    new = ", ".join([*(f"fresh.{name}" for name in values), _deleted_mark(entity)])
    # A platform's search may lag: an incremental read never puts an older state over a newer one.
    cursor = quoted(entity.cursor) if entity.cursor and not batch.is_full else None
    not_older = f"and (raw.{cursor} <= fresh.{cursor} or raw.{cursor} is null)" if cursor else ""
    row = connection.execute(
        f"""
        with changed as (
            update {raw_table(entity)} as raw
            set {"".join(f"{name} = fresh.{name}, " for name in values)}
                _is_deleted = {_deleted_mark(entity)}, _landed_at = now(), _batch_id = %s
            from {fresh} as fresh
            where {_same_key(entity)} and ({old}) is distinct from ({new}) {not_older}
            returning raw._is_deleted
        )
        select count(*) filter (where not _is_deleted), count(*) filter (where _is_deleted) from changed
        """,
        [batch.batch_id],
    ).fetchone()
    updated, deleted = row or (0, 0)
    return updated, deleted


def _mark_missing(connection: psycopg.Connection, entity: Entity, batch: _Batch) -> int:
    if not batch.rows:
        _log.warning("Full load of %s is empty: its rows are kept as they are", told_name(entity))
        return 0
    incoming, same = incoming_table(entity), _same_key(entity)
    return connection.execute(
        f"""
        update {raw_table(entity)} as raw
        set _is_deleted = true, _landed_at = now(), _batch_id = %s
        where not raw._is_deleted and not exists (select from {incoming} as fresh where {same})
        """,
        [batch.batch_id],
    ).rowcount


def _check_keys(connection: psycopg.Connection, entity: Entity, batch: _Batch) -> int:
    """Return the number of distinct keys among the staged rows; raises ContractError where a key is null."""
    names, any_null = name_list(entity.key), " or ".join(f"{name} is null" for name in map(quoted, entity.key))
    row = connection.execute(
        f"""
        select count(*), coalesce(sum(rows) filter (where {any_null}), 0), coalesce(sum(rows), 0)
        from (select {names}, count(*) as rows from {incoming_table(entity)} group by {names}) as keys
        """
    ).fetchone()
    keys, nulls, rows = row or (0, 0, 0)
    _check_complete(entity, batch, int(rows))
    if nulls:
        raise ContractError(
            f"{nulls} of {rows} rows of {told_name(entity)} have no {' or '.join(entity.key)}. "
            "Nothing was merged; mend the source or its mapping and load again."
        )
    return int(keys)


def _check_complete(entity: Entity, batch: _Batch, rows: int) -> None:
    if rows != batch.rows:
        # PostgreSQL empties unlogged tables when the server crashes.
        raise RetryableError(
            f"Of {batch.rows} staged rows of {told_name(entity)}, {rows} are left. Stage the source again."
        )


def _refresh_statistics(connection: psycopg.Connection, entity: Entity, counts: Counts) -> None:
    row = connection.execute("select reltuples from pg_class where oid = %s::regclass", [raw_table(entity)]).fetchone()
    if counts.changed > _ANALYZE_FROM * max(row[0] if row else 0, 0):
        connection.execute(f"analyze {raw_table(entity)}")


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
    ranked = [f"{quoted(name)} desc nulls last" for name in [*([entity.cursor] if entity.cursor else []), *others]]
    order = ", ".join([*map(quoted, entity.key), *ranked])
    return f"select distinct on ({name_list(entity.key)}) * from {incoming_table(entity)} order by {order}"


def _same_key(entity: Entity) -> str:
    return " and ".join(f"raw.{name} = fresh.{name}" for name in map(quoted, entity.key))


def _deleted_mark(entity: Entity) -> str:
    return f"coalesce(fresh.{quoted(entity.deleted)}, false)" if entity.deleted else "false"
