"""Read-only SQL against the warehouse, printed as a table, CSV or JSON."""

from __future__ import annotations

import csv
import sys
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


def print_rows(url: str, statement: str, output: str, console: Console) -> None:
    """Run one statement in a read-only transaction and print its rows.

    CSV and JSON stream every row; a table shows the first 200. Raises ConfigurationError with PostgreSQL's words.
    """
    with connect(url) as connection:
        connection.read_only = True
        with connection.cursor(name="query") as cursor:
            try:
                cursor.execute(statement.encode())
                columns = [column.name for column in cursor.description or ()]
                _PRINTERS[output](columns, cursor, console)
            except psycopg.Error as error:
                told = str(error).strip().splitlines()[0]
                raise ConfigurationError(
                    Fault("SQL", told, "Only reading statements are run; try 'select …'")
                ) from error


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
        sys.stdout.write(before + "\n" + orjson.dumps(dict(zip(columns, row, strict=True)), default=str).decode())
        before = ","
    sys.stdout.write("\n]\n" if before == "," else "[]\n")


_PRINTERS = {"table": _as_table, "csv": _as_csv, "json": _as_json}
