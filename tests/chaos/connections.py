"""Connections to PostgreSQL that outlive the process that uses them, as behind a pooler.

Half of a short run would be the start of its server processes and their first look at every table. So the process that
forks opens connections and lends them to its children. What a child closes is wiped as if it were new. The connections
of a killed child are closed, as the kernel would, and it counts as dead when the server has noticed.
"""

from __future__ import annotations

from typing import Any

import psycopg

from abm import warehouse

PER_PROCESS = 3  # a run's own, its recorder's and its limiter's
WIPED = psycopg.pq.ExecStatus.COMMAND_OK


class Lender:
    """Of the process that forks: connections to one database, idle until they are lent."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._watching = warehouse.connect(url, autocommit=True)
        self._idle: list[psycopg.Connection] = []

    def lend(self) -> list[psycopg.Connection]:
        """Return connections for one child."""
        missing = PER_PROCESS - len(self._idle)
        self._idle += [warehouse.connect(self._url) for _ in range(missing)]
        lent, self._idle = self._idle[:PER_PROCESS], self._idle[PER_PROCESS:]
        return lent

    def take_back(self, lent: list[psycopg.Connection], *, killed: bool) -> None:
        """Keep what a child left clean, and end the rest."""
        kept = [] if killed else [connection for connection in lent if _wiped(connection.pgconn)]
        self._idle += kept
        ended = [connection for connection in lent if connection not in kept]
        pids = [connection.pgconn.backend_pid for connection in ended]
        for connection in ended:
            connection.close()
        while pids and self._servers_of(pids):
            pass  # they still hold what the child held

    def _servers_of(self, pids: list[int]) -> int:
        (servers,) = self._watching.execute(
            "select count(*) from pg_stat_activity where pid = any(%s)", [pids]
        ).fetchone() or (0,)
        return int(servers)


class Borrowed(psycopg.Connection):
    """A connection made of one that was lent; closing it gives it back."""

    given_back = False

    @property
    def closed(self) -> bool:
        return self.given_back or super().closed

    def close(self) -> None:
        if self.closed:
            return
        if self.pgconn.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self.pgconn.exec_(b"rollback")
        if _wiped(self.pgconn):
            self.given_back = True
            _borrowable.append(self.pgconn)
        else:
            super().close()


_borrowable: list[Any] = []


def borrow_from(lent: list[psycopg.Connection]) -> None:
    """Have this process, a child, use what was lent to it before it connects itself."""
    connect_anew = psycopg.connect
    _borrowable[:] = [connection.pgconn for connection in lent]

    def connect(url: str, *, autocommit: bool = False, **others: Any) -> psycopg.Connection:
        try:
            connection = Borrowed(_borrowable.pop())
        except IndexError:
            return connect_anew(url, autocommit=autocommit, **others)
        connection.autocommit = autocommit
        return connection

    psycopg.connect = connect  # type: ignore[assignment]


def _wiped(pgconn: Any) -> bool:
    return bool(pgconn.exec_(b"discard all").status == WIPED)
