"""What Meta's headers tell of the usage: shares of what the account and the app may use, and when they are regained.

https://developers.facebook.com/docs/marketing-api/overview/rate-limiting
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm.rates import Told, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WINDOW = Window("hour", 3600.0)  # what is allowed in it depends on the account's tier and audiences
PER_CENT = 100.0
_SHARES = frozenset({"call_count", "total_cputime", "total_time", "acc_id_util_pct"})
_HEADERS = ("X-App-Usage", "X-Ad-Account-Usage")
_BY_ACCOUNT = "X-Business-Use-Case-Usage"


def told(headers: Mapping[str, str]) -> Sequence[Told]:
    """Return the largest of all shares, and how long Meta asks to wait; nothing where an answer tells none."""
    shares = [share for usage in _usages(headers) for share in _shares(usage)]
    wait = regain_seconds(headers)
    if not shares and not wait:
        return ()
    return [Told(WINDOW.name, share=max(shares) / PER_CENT if shares else None, wait=wait)]


def regain_seconds(headers: Mapping[str, str]) -> float:
    """Return how long Meta asks to wait, 0 where it does not."""
    told = list(_usages(headers))
    minutes = max((_number(entry.get("estimated_time_to_regain_access")) for entry in told), default=0.0)
    is_full = any(share >= PER_CENT for entry in told for share in _shares(entry))
    resets = max((_number(entry.get("reset_time_duration")) for entry in told), default=0.0) if is_full else 0.0
    return max(minutes * 60, resets)


def _usages(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
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
