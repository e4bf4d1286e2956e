"""The statements of the last build by psql alone: the least that could make the same tables."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from abm.postgres_programs import program
from abm.warehouse import connect
from benchmarks.measuring import stopwatch

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCHEMA = "psql_alone"
# What dbt made under a name for the meantime; what it reads stands under its own.
_MADE = re.compile(r'("\w+"|"\*+")\."\w+"\."(?P<name>\w+?)__dbt_tmp"')
_HIDDEN = re.compile(r'"\*+"\.')  # dbt writes the database's name, a secret of its environment, as stars


def written_statements(target: Path, layers: Sequence[str]) -> list[str]:
    """Return what dbt's last run executed to make the models of these folders, made to write to a schema of its own."""
    folder = target / "run" / "abm" / "models"
    files = sorted(file for layer in layers for file in (folder / layer).rglob("*.sql"))
    return [_HIDDEN.sub("", _MADE.sub(rf'"{_SCHEMA}"."\g<name>"', file.read_text(encoding="utf-8"))) for file in files]


def seconds_by_psql(url: str, statements: Sequence[str]) -> float:
    """Run the statements in one psql session, one after another, and take what they made away again."""
    _replace_schema(url, made_anew=True)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "statements.sql"
        script.write_text(";\n".join(statements), encoding="utf-8")
        with stopwatch() as watch:
            program("psql")(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(script), url])
    _replace_schema(url, made_anew=False)
    return watch.seconds


def _replace_schema(url: str, *, made_anew: bool) -> None:
    with connect(url) as connection:
        connection.execute(f"drop schema if exists {_SCHEMA} cascade")
        if made_anew:
            connection.execute(f"create schema {_SCHEMA}")
