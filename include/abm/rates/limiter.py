"""One limiter for each platform and credential: requests are granted a few at a time, ahead of being sent."""

from __future__ import annotations

import hashlib
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.errors import RetryableError
from abm.rates.stores import InProcess, InWarehouse
from abm.rates.windows import SLOW_FROM, grant_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from abm.rates.stores import Store
    from abm.rates.windows import Book, Told, Window

LONGEST_WAIT = 120.0  # seconds; a platform that asks for more is left for a later run
MOST_AT_ONCE = 16  # requests in one grant
_warehouse: ContextVar[str | None] = ContextVar("abm_rates_warehouse", default=None)


@contextmanager
def shared_rates(url: str) -> Iterator[None]:
    """Let limiters that are made in the block share their books with all processes that use this warehouse."""
    token = _warehouse.set(url)
    try:
        yield
    finally:
        _warehouse.reset(token)


def limiter(platform: str, credential: str, windows: Sequence[Window]) -> Limiter:
    """Return the credential's limiter: shared inside `shared_rates`, else of this process alone.

    What is stored is a digest; of the credential itself nothing is kept.
    """
    url = _warehouse.get()
    if url is None or not windows:
        return Limiter(platform, windows)
    digest = hashlib.sha256(f"{platform}\0{credential}".encode()).hexdigest()[:32]
    return Limiter(platform, windows, InWarehouse(url, platform, digest))


@dataclass
class _Grant:
    """Requests of one kind that may be sent until then without asking again."""

    requests: int
    left: int
    at: float  # by the store's clock
    until: float  # by ours


@dataclass
class Limiter:
    """Keeps the threads of this process, and what shares its store, within the windows and the platform's pauses."""

    platform: str = ""
    windows: Sequence[Window] = ()
    store: Store = field(default_factory=InProcess)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _grants: dict[str, _Grant] = field(default_factory=dict, repr=False)
    _sizes: dict[str, int] = field(default_factory=dict, repr=False)
    _unused: list[tuple[str, int, float]] = field(default_factory=list, repr=False)
    _told: dict[str, Told] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, kind: str = "") -> None:
        """Wait until one more request of the kind fits; raises RetryableError where that is longer than a run waits."""
        while (wait := self.ask(kind)) > 0:
            if wait > LONGEST_WAIT:
                raise RetryableError(
                    f"{self.platform} takes no more requests of this credential for {wait / 60:.0f} minutes: its "
                    "allowance is used up, or it asked for a pause. The next run goes on.",
                    code="RATE_LIMIT",
                    retry_after=wait,
                )
            self.sleep(wait)

    def ask(self, kind: str = "") -> float:
        """Take one request and return 0, or return how long to wait before asking again."""
        with self._lock:
            grant = self._grants.get(kind)
            now = self.clock()
            if grant is not None and grant.left and now < grant.until:
                grant.left -= 1
                return 0.0
            if grant is not None:
                self._sizes[kind] = _next_size(grant)
                self._give_up(kind, grant)
            asked = self._sizes.get(kind, 1)
            until = now + grant_seconds(self.windows, kind)
            granted, wait, at = self.store.change(lambda book, now: self._reserve(book, kind, asked, now))
            if granted:
                self._grants[kind] = _Grant(granted, granted - 1, at, until)
            return wait

    def note(self, told: Sequence[Told]) -> None:
        """Take in what an answer tells of the allowances."""
        if not told:
            return
        with self._lock:
            self._told.update({one.window: one for one in told})
            if any(one.wait or (one.share or 0.0) > SLOW_FROM for one in told):
                self._stop()
                self.store.change(self._settle)

    def pause(self, seconds: float) -> None:
        """Let nobody that shares the store send for so long."""
        with self._lock:
            self._stop()
            self.store.change(lambda book, now: self._pause(book, seconds, now))

    def close(self) -> None:
        """Give back what was granted and not sent; the limiter can be used again."""
        with self._lock:
            self._stop()
            if self._unused or self._told:
                self.store.change(self._settle)
            self.store.close()

    def _reserve(self, book: Book, kind: str, asked: int, now: float) -> tuple[int, float, float]:
        self._settle(book, now)
        granted, wait = book.reserve(self.windows, kind, asked, now)
        return granted, wait, now

    def _pause(self, book: Book, seconds: float, now: float) -> None:
        self._settle(book, now)
        book.pause(seconds, now)

    def _settle(self, book: Book, now: float) -> None:
        for kind, requests, granted_at in self._unused:
            book.give_back(self.windows, kind, requests, granted_at)
        for told in self._told.values():
            book.note(self.windows, told, now)
        self._unused, self._told = [], {}

    def _stop(self) -> None:
        for kind, grant in list(self._grants.items()):
            self._give_up(kind, grant)

    def _give_up(self, kind: str, grant: _Grant) -> None:
        if grant.left:
            self._unused.append((kind, grant.left, grant.at))
        del self._grants[kind]


def _next_size(last: _Grant) -> int:
    """Ask for more where the last grant was used up, for as much as was used where it was not."""
    return max(last.requests - last.left, 1) if last.left else min(last.requests * 2, MOST_AT_ONCE)
