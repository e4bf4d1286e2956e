"""What Meta's headers tell of the usage: slow down above three quarters, stop at the limit.

https://developers.facebook.com/docs/marketing-api/overview/rate-limiting
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from abm.errors import RetryableError
from abm.http import LONGEST_WAIT, RateBudget

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SLOW_FROM, FULL = 75.0, 100.0  # per cent of what the account or the app may use in an hour
LONGEST_PAUSE = 60.0  # between two calls just below the limit
UNTOLD_SECONDS = 300.0  # to wait at the limit where Meta does not say how long
_SHARES = frozenset({"call_count", "total_cputime", "total_time", "acc_id_util_pct"})
_HEADERS = ("X-App-Usage", "X-Ad-Account-Usage")
_BY_ACCOUNT = "X-Business-Use-Case-Usage"


@dataclass
class UsageBudget(RateBudget):
    """Pauses before a request by what the last answer told; shared by the threads of one process."""

    _pause: float = 0.0
    _closed_until: float = 0.0

    def take(self) -> None:
        """Wait as the usage asks; raises RetryableError where that is longer than a run waits."""
        with self._lock:
            wait = max(self._closed_until - self.clock(), self._pause)
        if wait > LONGEST_WAIT:
            raise RetryableError(
                f"The ad account has used up its calls to Meta for {wait / 60:.0f} minutes. The next run goes on.",
                code="USAGE_LIMIT",
                retry_after=wait,
            )
        if wait > 0:
            self.sleep(wait)

    def note(self, headers: Mapping[str, str]) -> None:
        """Take in the usage that an answer tells; one that tells none changes nothing."""
        shares = [share for told in _told(headers) for share in _shares(told)]
        wait = regain_seconds(headers)
        with self._lock:
            if shares:
                over = max(shares) - SLOW_FROM
                self._pause = min(max(over, 0.0) / (FULL - SLOW_FROM), 1.0) * LONGEST_PAUSE
                if max(shares) >= FULL:
                    wait = wait or UNTOLD_SECONDS
            if wait:
                self._closed_until = self.clock() + wait


@dataclass
class NotedTransport(httpx.BaseTransport):
    """Passes every answer's headers on to the budget."""

    transport: httpx.BaseTransport
    usage: UsageBudget

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.transport.handle_request(request)
        self.usage.note(response.headers)
        return response

    def close(self) -> None:
        self.transport.close()


def regain_seconds(headers: Mapping[str, str]) -> float:
    """Return how long Meta asks to wait, 0 where it does not."""
    told = list(_told(headers))
    minutes = max((_number(entry.get("estimated_time_to_regain_access")) for entry in told), default=0.0)
    is_full = any(share >= FULL for entry in told for share in _shares(entry))
    resets = max((_number(entry.get("reset_time_duration")) for entry in told), default=0.0) if is_full else 0.0
    return max(minutes * 60, resets)


def _told(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in _HEADERS:
        if isinstance(told := _parsed(headers.get(name)), dict):
            yield told
    if isinstance(by_account := _parsed(headers.get(_BY_ACCOUNT)), dict):
        for entries in by_account.values():
            yield from (entry for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()


def _shares(told: Mapping[str, Any]) -> list[float]:
    return [_number(value) for name, value in told.items() if name in _SHARES]


def _parsed(text: str | None) -> Any:
    try:
        return orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
