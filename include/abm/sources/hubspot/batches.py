"""HubSpot's text values as typed Arrow columns; a value that does not fit its type is left empty and counted."""

from __future__ import annotations

import datetime as dt
import logging
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from abm.entities import BOOLEAN, DATE, NUMBER, TEXT, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abm.entities import Entity

_log = logging.getLogger(__name__)


def record_batch(entity: Entity, rows: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Return rows keyed by the platform's field names as one batch in the entity's schema."""
    columns = []
    for column in entity.columns:
        values = _texts([row.get(column.field) for row in rows])
        typed, unfit = _typed(values, column.type)
        if unfit:
            _log.warning(
                "HubSpot %s: %d of %d values of %s do not fit their type and are left empty",
                *(entity.object, unfit, len(rows), column.name),
            )
        columns.append(typed)
    return pa.record_batch(columns, schema=entity.schema)


def _texts(values: Sequence[Any]) -> pa.Array[Any]:
    """Return JSON scalars as text; empty text is HubSpot's word for no value, NUL is what PostgreSQL cannot store."""
    texts = [value if isinstance(value, str) else _scalar(value) for value in values]
    return pa.array([text.replace("\x00", "") if text and "\x00" in text else text or None for text in texts], TEXT)


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _typed(values: pa.Array[Any], target: pa.DataType) -> tuple[pa.Array[Any], int]:
    """Return the column in its type, and how many values did not fit."""
    if target == TEXT:
        return values, 0
    try:
        typed = _cast(values, target)
    except pa.ArrowInvalid:
        # One bad value fails the whole cast; only then is each looked at by itself.
        typed = pa.array([_parsed(_PARSERS[target], value) for value in values.to_pylist()], target)
    return typed, typed.null_count - values.null_count


def _cast(values: pa.Array[Any], target: pa.DataType) -> pa.Array[Any]:
    typed: pa.Array[Any] = values.cast(target)
    if target == NUMBER:
        typed = pc.if_else(pc.is_finite(typed), typed, None)
    return typed


def _parsed(parse: Callable[[str], Any], value: str | None) -> Any:
    if value is None:
        return None
    try:
        return parse(value)
    except (ValueError, OverflowError, OSError):
        return None


def _number(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _moment(text: str) -> dt.datetime:
    """Read ISO text, or the milliseconds since 1970 that older HubSpot APIs give."""
    if text.lstrip("-").isdecimal():
        return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _date(text: str) -> dt.date:
    return _moment(text).astimezone(dt.UTC).date()


_PARSERS: dict[pa.DataType, Callable[[str], Any]] = {
    NUMBER: _number,
    BOOLEAN: _boolean,
    DATE: _date,
    TIMESTAMP: _moment,
}
