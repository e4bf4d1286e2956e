"""Digests of the people whose landed records changed, into `ops.identity_digests`: cost follows change, not size."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import adbc_driver_postgresql.dbapi
import pyarrow as pa

from abm.identity.platforms import OPT_OUTS, RULES, Known, digests
from abm.landing.faults import database_errors_told
from abm.landing.tables import quoted, raw_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from adbc_driver_postgresql.dbapi import Connection, Cursor

    from abm.entities import Entity

_BATCH_BYTES = "1048576"
_FRESH = "fresh_digests"
_FRESH_SCHEMA = pa.schema([(name, pa.string()) for name in ("record_id", "platform", "identifier", "digest")])
_DROP_STALE = """
delete from ops.identity_digests as held
using {raw} as record
where
    held.source = $1 and held.record_id = record.{key} and {changed}
    and not exists (
        select from {fresh} as fresh
        where (fresh.record_id, fresh.platform, fresh.identifier, fresh.digest)
            = (held.record_id, held.platform, held.identifier, held.digest)
    )
"""
_ADD = """
insert into ops.identity_digests (source, record_id, platform, identifier, digest)
select $1, record_id, platform, identifier, digest from {fresh}
on conflict do nothing
"""
_MOVE_MARK = """
insert into ops.identity_marks (source, entity, landed_at, rules) values ($1, $2, $3, $4)
on conflict (source, entity) do update set landed_at = excluded.landed_at, rules = excluded.rules
"""


@dataclass(frozen=True)
class _Window:
    """Which landed rows to look at: after `since`, or all, up to `until`."""

    since: datetime | None
    until: datetime

    def condition(self, table: str) -> str:
        """Return the condition as SQL; both moments are the database's own."""
        ends = f"{table}._landed_at <= '{self.until.isoformat()}'"
        return f"{table}._landed_at > '{self.since.isoformat()}' and {ends}" if self.since else ends


def refresh_digests(url: str, entities: Iterable[Entity]) -> int:
    """Make the digests of every person record that landed since the last call, and return how many records those are.

    A record that was deleted, opted out or lost an identifier loses its digests. Each entity is one transaction: what a
    crash leaves is made up for by the next call, which a second time finds nothing to do.
    """
    people = [entity for entity in entities if entity.person_columns]
    if not people:
        return 0
    # One connection reads while the other writes what was made of it, so that memory stays flat.
    with (
        closing(adbc_driver_postgresql.dbapi.connect(url)) as reading,
        closing(adbc_driver_postgresql.dbapi.connect(url)) as writing,
    ):
        return sum(_refresh(reading, writing, entity) for entity in people)


def _refresh(reading: Connection, writing: Connection, entity: Entity) -> int:
    with database_errors_told(entity, "digesting"), writing.cursor() as rows:
        rows.execute(f"select pg_advisory_xact_lock(hashtext('abm digests {raw_table(entity)}'))").fetchall()
        window = _window(rows, entity)
        if window is None:
            writing.commit()
            return 0
        made = _Made(reading, entity, window)
        rows.adbc_ingest(_FRESH, made.reader(), mode="create", temporary=True)
        rows.execute(f"analyze {_FRESH}")
        names = {
            "raw": raw_table(entity),
            "key": quoted(entity.key[0]),
            "changed": window.condition("record"),
            "fresh": _FRESH,
        }
        rows.execute(_DROP_STALE.format(**names), (entity.source,))
        rows.execute(_ADD.format(**names), (entity.source,))
        rows.execute(_MOVE_MARK, (entity.source, entity.name, window.until, RULES))
        rows.execute(f"drop table {_FRESH}")
        writing.commit()
        return made.records


def _window(rows: Cursor, entity: Entity) -> _Window | None:
    rows.execute(
        "select landed_at from ops.identity_marks where source = $1 and entity = $2 and rules = $3",
        (entity.source, entity.name, RULES),
    )
    mark = rows.fetchone()
    rows.execute(f"select max(_landed_at) from {raw_table(entity)}")
    latest = rows.fetchone()
    if latest is None or latest[0] is None or (mark and mark[0] >= latest[0]):
        return None
    return _Window(mark[0] if mark else None, latest[0])


class _Made:
    """The digests of the records in a window, made while they are read."""

    def __init__(self, reading: Connection, entity: Entity, window: _Window) -> None:
        self._reading, self._entity, self._window = reading, entity, window
        self.records = 0

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(_FRESH_SCHEMA, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with self._reading.cursor(adbc_stmt_kwargs={"adbc.postgresql.batch_size_hint_bytes": _BATCH_BYTES}) as cursor:
            cursor.execute(self._query())
            for batch in cursor.fetch_record_batch():
                self.records += batch.num_rows
                yield _digested(batch)
        self._reading.rollback()

    def _query(self) -> str:
        columns = self._entity.person_columns
        known = [f"record.{quoted(name)} as {part}" for part, name in columns.items() if part not in OPT_OUTS]
        said_no = [f"coalesce(record.{quoted(columns[part])}, false)" for part in OPT_OUTS if part in columns]
        return f"""
            select
                record.{quoted(self._entity.key[0])} as record_id,
                {" or ".join(["record._is_deleted", *said_no])} as is_gone,
                {", ".join(known)}
            from {raw_table(self._entity)} as record
            where {self._window.condition("record")}
        """


def _digested(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = batch.to_pydict()
    record_ids, gone = columns.pop("record_id"), columns.pop("is_gone")
    people = (Known(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True))
    made = [
        (record_id, *digest)
        for record_id, is_gone, known in zip(record_ids, gone, people, strict=True)
        if not is_gone
        for digest in digests(known)
    ]
    return pa.RecordBatch.from_arrays(
        [pa.array(column, pa.string()) for column in zip(*made, strict=True)] or [pa.array([], pa.string())] * 4,
        schema=_FRESH_SCHEMA,
    )
