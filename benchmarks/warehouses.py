"""A warehouse of the benchmark's own: an embedded server in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from abm.settings import CONNECTION_PREFIX
from abm.warehouse import WAREHOUSE_DATABASE, EmbeddedServer, connect, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OURS = ("ABM_", CONNECTION_PREFIX)


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Point `$ABM_HOME` at an empty folder and hide every other setting of ours, so that nothing real is touched."""
    folder = Path(tempfile.mkdtemp(prefix="abm-benchmark-"))
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_OURS)}
    os.environ["ABM_HOME"] = str(folder)
    try:
        yield folder
    finally:
        del os.environ["ABM_HOME"]
        os.environ.update(hidden)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_warehouse() -> Iterator[str]:
    """Yield the URL of a migrated, empty warehouse in a temporary `$ABM_HOME`."""
    with temporary_home() as home, warehouse_in(home) as url:
        yield url


@contextmanager
def warehouse_in(home: Path) -> Iterator[str]:
    server = EmbeddedServer(home / "postgres")
    server.start()
    try:
        url = server.ensure_database(WAREHOUSE_DATABASE)
        migrate(url)
        yield url
    finally:
        server.stop()


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for a while."""
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


def settle(url: str, *tables: str) -> None:
    """Do now what autovacuum and the checkpointer would else do inside a measurement."""
    vacuum(url, *tables)
    with connect(url, autocommit=True) as connection:
        connection.execute("checkpoint")


def vacuum(url: str, *tables: str) -> None:
    """Do now what autovacuum would else do inside a measurement."""
    with connect(url, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"vacuum analyze {table}")
