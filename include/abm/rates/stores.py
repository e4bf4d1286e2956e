"""Where a credential's book lies: in one process, or in the warehouse for all of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

import orjson

from abm.rates.windows import Book, read
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

T = TypeVar("T")


class Store(Protocol):
    """Keeps one book and tells the time that it is kept by, in seconds."""

    def change(self, act: Callable[[Book, float], T]) -> T:
        """Let `act` change the book, with nobody else at it."""
        ...

    def close(self) -> None: ...


@dataclass
class InProcess:
    """A book that only this process knows; the limiter's lock keeps its threads apart."""

    clock: Callable[[], float] = time.monotonic
    book: Book = field(default_factory=Book)

    def change(self, act: Callable[[Book, float], T]) -> T:
        return act(self.book, self.clock())

    def close(self) -> None:
        """Keep nothing open."""


@dataclass
class InWarehouse:
    """The row of `ops.rate_limits`, changed under its lock by the server's clock."""

    url: str
    platform: str
    credential: str
    clock: Callable[[], float] | None = None
    _connection: psycopg.Connection | None = field(default=None, repr=False)

    def change(self, act: Callable[[Book, float], T]) -> T:
        connection = self._open()
        with connection.transaction():
            found = connection.execute(
                "select book::text, extract(epoch from clock_timestamp())::double precision from ops.rate_limits"
                " where platform = %s and credential = %s for update",
                [self.platform, self.credential],
            ).fetchone()
            document, now = found or ("{}", time.time())
            book = read(orjson.loads(document))
            done = act(book, self.clock() if self.clock else now)
            connection.execute(
                "update ops.rate_limits"
                " set book = %s, paused_until = to_timestamp(nullif(%s, 0)), changed_at = clock_timestamp()"
                " where platform = %s and credential = %s",
                [orjson.dumps(book.document()).decode(), book.paused_until, self.platform, self.credential],
            )
        return done

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> psycopg.Connection:
        if self._connection is None:
            self._connection = connect(self.url, autocommit=True)
            # What a crash of the server loses was used a moment before; a platform that was asked too often says so.
            self._connection.execute("set synchronous_commit = off")
            self._connection.execute(
                "insert into ops.rate_limits (platform, credential) values (%s, %s) on conflict do nothing",
                [self.platform, self.credential],
            )
        return self._connection
