"""One release at a time: building, publishing and deciding exclude one another."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, LiteralString

from abm.errors import BusyError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

BUILD_APPLICATION = "abm build"  # how Airflow's dbt calls its sessions, which no process of ours can lock for
_LOCK = "select pg_try_advisory_{}(hashtextextended('abm build', 0))"
_RUNNING = """
select exists (
    select 1 from pg_stat_activity
    where datname = current_database() and application_name = %s and pid <> pg_backend_pid()
)
"""
_BUILDING = "Another process builds the candidate. Try again when it has ended; only one can be built at a time."


def lock_release(connection: psycopg.Connection) -> None:
    """Hold the release until the transaction ends; raises BusyError where another process has it."""
    row = connection.execute("select pg_try_advisory_xact_lock(hashtextextended('abm release', 0))").fetchone()
    if row != (True,):
        raise BusyError("Another process is publishing or starting a build. Try again when it has ended.")


@contextmanager
def lock_build(url: str) -> Iterator[None]:
    """Keep other processes from building while the block runs; raises BusyError where one builds already."""
    with connect(url, autocommit=True) as connection:
        _require_no_build(connection, "lock")
        yield  # the lock ends with the connection, so a killed process leaves none behind


def refuse_while_building(connection: psycopg.Connection) -> None:
    """Raise BusyError where another process builds the candidate: it would go on for what this one starts."""
    _require_no_build(connection, "xact_lock")


def _require_no_build(connection: psycopg.Connection, lock: LiteralString) -> None:
    is_locked = connection.execute(_LOCK.format(lock)).fetchone() == (True,)
    if not is_locked or connection.execute(_RUNNING, [BUILD_APPLICATION]).fetchone() == (True,):
        raise BusyError(_BUILDING)
