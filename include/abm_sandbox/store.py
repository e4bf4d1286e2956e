"""The sandbox's memory: one SQLite file a platform, so that what was written stays between two starts."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


class Store:
    """Tables of one platform. All access goes through one connection and one lock: SQLite writes are serial anyway."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Apply everything inside, or nothing."""
        with self._lock:
            self._connection.execute("begin")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def execute(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(statement, parameters).fetchall()

    def execute_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._lock:
            self._connection.executemany(statement, rows)

    def has_table(self, name: str) -> bool:
        return bool(self.execute("select 1 from sqlite_master where type = 'table' and name = ?", [name]))

    def columns(self, table: str) -> list[str]:
        return [row["name"] for row in self.execute(f"pragma table_info({quoted(table)})")]

    def add_column(self, table: str, column: str) -> None:
        self.execute(f"alter table {quoted(table)} add column {quoted(column)}")

    def load(self, table: str, rows: pa.Table, key: str) -> None:
        """Create the table from Arrow columns and fill it: timestamps as ISO text in UTC, dates as ISO text."""
        names = rows.schema.names
        declared = ", ".join(f"{quoted(name)} {_affinity(rows.schema.field(name).type)}" for name in names)
        columns = [_plain(rows.column(name)) for name in names]
        with self.transaction():
            self.execute(f"create table {quoted(table)} ({declared}, primary key ({quoted(key)}))")
            marks = ", ".join("?" * len(names))
            self.execute_many(f"insert into {quoted(table)} values ({marks})", zip(*columns, strict=True))

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _affinity(data_type: pa.DataType) -> str:
    if pa.types.is_boolean(data_type) or pa.types.is_integer(data_type):
        return "integer"
    return "real" if pa.types.is_floating(data_type) else "text"


def _plain(column: pa.ChunkedArray[Any]) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        return [None if value is None else value.isoformat(timespec="milliseconds") for value in column.to_pylist()]
    if pa.types.is_date(column.type):
        return [None if value is None else value.isoformat() for value in column.to_pylist()]
    return [int(value) if isinstance(value, bool) else value for value in column.to_pylist()]
