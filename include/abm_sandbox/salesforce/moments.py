"""Dates and times as SOQL writes them: literals such as LAST_N_DAYS:7, and moments with any offset."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Bounds = tuple[dt.date, dt.date]

_DAY = dt.timedelta(days=1)
_COUNTED = re.compile(r"(LAST|NEXT)_N_(DAYS|WEEKS|MONTHS|YEARS):(\d+)", re.IGNORECASE)


def stored(text: str) -> str:
    """Return a moment as it stands in the store: UTC, milliseconds, offset without a colon. Raises ValueError."""
    moment = dt.datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def is_date_literal(word: str) -> bool:
    return word.upper() in _LITERALS or _COUNTED.fullmatch(word) is not None


def date_range(word: str, now: str, field_type: str) -> tuple[str, str]:
    """Return where the literal's span starts and where it has ended, as the field stores its values."""
    today = dt.date.fromisoformat(now[:10])
    counted = _COUNTED.fullmatch(word)
    start, end = _counted(counted, today) if counted else _LITERALS[word.upper()](today)
    suffix = "T00:00:00.000+0000" if field_type == "datetime" else ""
    return f"{start}{suffix}", f"{end}{suffix}"


def _counted(match: re.Match[str], today: dt.date) -> Bounds:
    direction, unit, count = match[1].upper(), match[2].upper(), int(match[3])
    if unit == "DAYS":
        span = count * _DAY
        return (today - span, today + _DAY) if direction == "LAST" else (today + _DAY, today + span + _DAY)
    if unit == "WEEKS":
        this, span = _week(today), count * 7 * _DAY
        return (this - span, this) if direction == "LAST" else (this + 7 * _DAY, this + 7 * _DAY + span)
    months = count * (12 if unit == "YEARS" else 1)
    this = today.replace(day=1) if unit == "MONTHS" else today.replace(month=1, day=1)
    after = _add_months(this, 1 if unit == "MONTHS" else 12)
    return (_add_months(this, -months), this) if direction == "LAST" else (after, _add_months(after, months))


def _week(day: dt.date) -> dt.date:
    return day - (day.isoweekday() % 7) * _DAY  # weeks start on Sunday in the default locale


def _quarter(day: dt.date) -> dt.date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _add_months(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def _months(start: Callable[[dt.date], dt.date], shift: int, length: int) -> Callable[[dt.date], Bounds]:
    return lambda today: (_add_months(start(today), shift), _add_months(start(today), shift + length))


def _days(start: Callable[[dt.date], dt.date], shift: int, length: int) -> Callable[[dt.date], Bounds]:
    return lambda today: (start(today) + shift * _DAY, start(today) + (shift + length) * _DAY)


def _month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _year(day: dt.date) -> dt.date:
    return day.replace(month=1, day=1)


def _same(day: dt.date) -> dt.date:
    return day


_LITERALS: dict[str, Callable[[dt.date], Bounds]] = {
    f"{name}_{unit}": make(start, shift * length, length)
    for unit, make, start, length in (
        ("WEEK", _days, _week, 7),
        ("MONTH", _months, _month, 1),
        ("QUARTER", _months, _quarter, 3),
        ("YEAR", _months, _year, 12),
    )
    for name, shift in (("LAST", -1), ("THIS", 0), ("NEXT", 1))
} | {"YESTERDAY": _days(_same, -1, 1), "TODAY": _days(_same, 0, 1), "TOMORROW": _days(_same, 1, 1)}
