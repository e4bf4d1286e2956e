"""One release at a time: building, publishing and deciding exclude one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.errors import HeldError

if TYPE_CHECKING:
    import psycopg


def lock_release(connection: psycopg.Connection) -> None:
    """Hold the release until the transaction ends; raises HeldError where another process has it."""
    row = connection.execute("select pg_try_advisory_xact_lock(hashtextextended('abm release', 0))").fetchone()
    if row != (True,):
        raise HeldError("Another process is publishing or starting a build. Try again when it has ended.")
