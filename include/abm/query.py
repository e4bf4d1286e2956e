"""Read-only SQL against the warehouse, printed as a table, CSV or JSON."""

from __future__ import annotations

import csv
import re
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
from rich.table import Table

from abm.errors import ConfigurationError, Fault
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

_MOST_IN_A_TABLE = 200
_READING = ("select", "with", "values", "table", "(")
_NO_SUCH_TABLE = "42P01"
_QUOTED_VALUE = re.compile(r': ".*"$')  # invalid input syntax for type numeric: "…", which may be anybody's


def print_rows(url: str, statement: str, output: str, console: Console) -> None:
    """Run one reading statement and print its rows.

    A cursor takes only statements that return rows, one at a time, and the transaction is read-only. CSV and JSON
    stream every row; a table shows the first 200. Raises ConfigurationError with PostgreSQL's words.
    """
    with connect(url) as connection:
        connection.read_only = True
        if connection.execute("select usesuper from pg_user where usename = current_user").fetchone() == (True,):
            # An administrator's functions could still read files and end other sessions.
            connection.execute("set local role pg_read_all_data")
        with connection.cursor(name="query") as cursor:
            try:
                cursor.execute(statement.encode())
                columns = [column.name for column in cursor.description or ()]
                _PRINTERS[output](columns, cursor, console)
            except psycopg.Error as error:
                raise ConfigurationError(_fault(statement, error)) from error


def _fault(statement: str, error: psycopg.Error) -> Fault:
    told = _QUOTED_VALUE.sub("", (error.diag.message_primary or str(error)).strip().splitlines()[0])
    if not statement.strip().lower().startswith(_READING):
        return Fault("SQL", told, "Only one statement that reads is run; try 'select …'")
    if error.sqlstate == _NO_SUCH_TABLE:
        return Fault("SQL", told, 'List the tables: abm query "select schemaname, tablename from pg_tables"')
    return Fault("SQL", told, "Mend the statement and ask again")


def _as_table(columns: list[str], rows: Iterable[tuple[Any, ...]], console: Console) -> None:
    table = Table(*columns)
    for number, row in enumerate(rows):
        if number == _MOST_IN_A_TABLE:
            table.caption = f"The first {_MOST_IN_A_TABLE} rows; --format csv gives all of them"
            break
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table, markup=False)


def _as_csv(columns: list[str], rows: Iterable[tuple[Any, ...]], _console: Console) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows(rows)


def _as_json(columns: list[str], rows: Iterable[tuple[Any, ...]], _console: Console) -> None:
    before = "["
    for row in rows:
        sys.stdout.write(before + "\n" + orjson.dumps(dict(zip(columns, row, strict=True)), default=_plain).decode())
        before = ","
    sys.stdout.write("\n]\n" if before == "," else "[]\n")


def _plain(value: Any) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)


_PRINTERS = {"table": _as_table, "csv": _as_csv, "json": _as_json}
