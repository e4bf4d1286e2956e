"""One release at a time: building, publishing and deciding exclude one another."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, LiteralString

from abm.errors import BusyError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

_LOCK = "select pg_try_advisory_{}(hashtextextended('abm build', 0))"
_UNLOCK = "select pg_advisory_un{}(hashtextextended('abm build', 0))"
_BUILDING = "Another process builds the candidate. Try again when it has ended; only one can be built at a time."


def lock_release(connection: psycopg.Connection) -> None:
    """Hold the release until the transaction ends; raises BusyError where another process has it."""
    row = connection.execute("select pg_try_advisory_xact_lock(hashtextextended('abm release', 0))").fetchone()
    if row != (True,):
        raise BusyError("Another process is publishing or starting a build. Try again when it has ended.")


@contextmanager
def lock_build(url: str) -> Iterator[None]:
    """Keep other processes from building while the block runs; raises BusyError where one builds already."""
    with _holding(url, "lock"):
        yield


@contextmanager
def share_build(url: str) -> Iterator[None]:
    """Do a part of one build beside its other parts, as Airflow's tasks do; nobody else builds while the block runs."""
    with _holding(url, "lock_shared"):
        yield


@contextmanager
def _holding(url: str, lock: LiteralString) -> Iterator[None]:
    """Hold the lock in a connection of its own; a killed process lets go with its connection."""
    with connect(url, autocommit=True) as connection:
        _take(connection, lock)
        try:
            yield
        finally:  # the server sees a closed connection a moment later, and who comes next would be told to wait
            if not connection.closed:
                connection.execute(_UNLOCK.format(lock))


def refuse_while_building(connection: psycopg.Connection) -> None:
    """Raise BusyError where another process builds the candidate: it would go on for what this one starts."""
    _take(connection, "xact_lock")


def _take(connection: psycopg.Connection, lock: LiteralString) -> None:
    if connection.execute(_LOCK.format(lock)).fetchone() != (True,):
        raise BusyError(_BUILDING)
