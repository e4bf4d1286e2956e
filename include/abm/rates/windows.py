"""What one credential has used of its allowances, and how much is free: arithmetic, without a clock or a store."""

from __future__ import annotations

import math
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PARTS = 100  # of a window; requests are counted by part, and a part is free again as a whole
SHORTEST_MARGIN = 0.02  # seconds; two requests may come closer on their way than they were sent
LONGEST_GRANT = 1.0  # seconds; also the longest that a pause takes to reach every process
WORTH_ASKING = 50  # which part of a window must be free again before it is asked for
KEPT_BACK = 0.01  # of what the platform says is left: requests on their way are not in its figure
TOLD_FOR = 3600.0  # seconds; then one request asks again
LONGEST_PAUSE = 3600.0
SLOW_FROM, CRAWL_FROM, FULL = 0.75, 0.97, 1.0  # of an allowance that is only told as a share
LONGEST_PACE = 60.0  # seconds between two requests just below the limit
UNTOLD_SECONDS = 300.0  # to wait at the limit where the platform does not say how long


@dataclass(frozen=True)
class Window:
    """At most `requests` in any `seconds`, of the given kinds of request; no kinds: of all.

    Without `requests` only what the platform tells counts. An assumed figure gives way to the platform's own.
    """

    name: str
    seconds: float
    requests: int | None = None
    kinds: frozenset[str] = frozenset()
    is_assumed: bool = False

    @property
    def part(self) -> float:
        return self.seconds / PARTS

    def counts(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    def free_at(self, number: int) -> float:
        """Return when the requests of a part no longer count."""
        return (number + 1) * self.part + self.seconds + max(self.part, SHORTEST_MARGIN)


@dataclass(frozen=True)
class Told:
    """What an answer said of a window: its limit, what is left of it, or which share is used (1: all).

    `wait` is how long to send nothing at all, in seconds.
    """

    window: str
    limit: int | None = None
    left: int | None = None
    share: float | None = None
    wait: float = 0.0


@dataclass
class Left:
    """What the platform said is left, less what was granted since."""

    requests: int
    limit: int
    at: float


def grant_seconds(windows: Sequence[Window], kind: str) -> float:
    """Return how long granted requests of the kind may be sent."""
    return min([LONGEST_GRANT, *(window.part for window in windows if window.counts(kind))])


@dataclass
class Book:
    """One credential's use: requests by window and part, what was told, and until when nothing may be sent."""

    used: dict[str, dict[int, int]] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    pace: float = 0.0  # seconds between two requests
    paused_until: float = 0.0

    def reserve(self, windows: Sequence[Window], kind: str, asked: int, now: float) -> tuple[int, float]:
        """Return how many of the requests may be sent within `grant_seconds`; where none, how long to wait."""
        self._forget(windows, now)
        if now < self.paused_until:
            return 0, self.paused_until - now
        concerned = [window for window in windows if window.counts(kind)]
        granted = min([asked, *(self._free(window) for window in concerned)])
        if granted < 1:
            return 0, max(self._wait(window, asked, now) for window in concerned if self._free(window) < 1)
        if self.pace:
            granted, self.paused_until = 1, now + self.pace
        self._count(windows, kind, granted, now)
        return granted, 0.0

    def give_back(self, windows: Sequence[Window], kind: str, requests: int, granted_at: float) -> None:
        """Take back what was granted then and not sent."""
        self._count(windows, kind, -requests, granted_at)

    def note(self, windows: Sequence[Window], told: Told, now: float) -> None:
        """Take in what an answer told."""
        if told.limit is not None:
            self.limits[told.window] = told.limit
        if told.left is not None and (limit := told.limit or self.limits.get(told.window)):
            self.left[told.window] = Left(told.left, limit, now)
        wait = told.wait
        if told.share is not None:
            self.pace = self._pace(windows, told.window, told.share)
            if told.share >= FULL:
                wait = wait or UNTOLD_SECONDS
        self.pause(max(wait, self.pace), now)

    def pause(self, seconds: float, now: float) -> None:
        """Let nobody send for so long."""
        if seconds > 0:
            self.paused_until = max(self.paused_until, now + min(seconds, LONGEST_PAUSE))

    def _free(self, window: Window) -> int:
        if told := self.left.get(window.name):
            return told.requests - math.ceil(told.limit * KEPT_BACK)
        limit = self._limit(window)
        return sys.maxsize if limit is None else limit - sum(self.used.get(window.name, {}).values())

    def _limit(self, window: Window) -> int | None:
        told = self.limits.get(window.name)
        if told is None or window.requests is None or window.is_assumed:
            return window.requests if told is None else told
        return min(told, window.requests)

    def _wait(self, window: Window, asked: int, now: float) -> float:
        """Return when it is worth asking again: some more than one request at a time."""
        if told := self.left.get(window.name):
            return told.at + TOLD_FOR - now
        used, limit = self.used.get(window.name, {}), self._limit(window) or 0
        lacking = min(asked, max(limit // WORTH_ASKING, 1)) + sum(used.values()) - limit
        for number in sorted(used):
            lacking -= used[number]
            if lacking <= 0:
                return window.free_at(number) - now
        return window.seconds  # the limit is 0

    def _count(self, windows: Sequence[Window], kind: str, requests: int, granted_at: float) -> None:
        """Count them as late as they may be sent."""
        until = granted_at + grant_seconds(windows, kind)
        for window in windows:
            if not window.counts(kind):
                continue
            parts = self.used.setdefault(window.name, {})
            number = math.floor(until / window.part)
            if requests > 0 or number in parts:
                parts[number] = parts.get(number, 0) + requests
            if told := self.left.get(window.name):
                told.requests -= requests

    def _pace(self, windows: Sequence[Window], name: str, share: float) -> float:
        """Return the seconds between two requests: what is left of the window is spread, ever thinner."""
        if share >= CRAWL_FROM:
            return LONGEST_PACE
        if share <= SLOW_FROM:
            return 0.0
        pace = (share - SLOW_FROM) / (FULL - SLOW_FROM) * LONGEST_PACE
        ours = sum(self.used.get(name, {}).values())
        seconds = next((window.seconds for window in windows if window.name == name), 0.0)
        return min(pace, seconds * share / ours) if ours else pace

    def _forget(self, windows: Sequence[Window], now: float) -> None:
        for window in windows:
            parts = self.used.get(window.name, {})
            for number in [number for number in parts if window.free_at(number) <= now or not parts[number]]:
                del parts[number]
        for name in [name for name, told in self.left.items() if now - told.at >= TOLD_FOR]:
            del self.left[name]

    def document(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        used = {name: sorted(parts.items()) for name, parts in self.used.items() if parts}
        return {**asdict(self), "used": used}


def read(document: Mapping[str, Any]) -> Book:
    """Return the book of a document; an empty one is a new book."""
    return Book(
        {name: dict(parts) for name, parts in document.get("used", {}).items()},
        dict(document.get("limits", {})),
        {name: Left(**told) for name, told in document.get("left", {}).items()},
        document.get("pace", 0.0),
        document.get("paused_until", 0.0),
    )
