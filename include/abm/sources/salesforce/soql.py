"""The text of the queries."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.entities import Column, Entity


def select(entity: Entity, columns: Sequence[Column], cursor: str | None) -> str:
    """Return the query for these columns of the records changed since the cursor (ISO time), or of all of them."""
    fields = dict.fromkeys(column.field for column in columns)  # a policy may write to a field that is read anyway
    return f"SELECT {', '.join(fields)} FROM {entity.object}{_since(entity, cursor)}"


def count(entity: Entity, cursor: str | None) -> str:
    return f"SELECT COUNT() FROM {entity.object}{_since(entity, cursor)}"


def _since(entity: Entity, cursor: str | None) -> str:
    if cursor is None or entity.cursor is None:
        return ""
    field = next(column.field for column in entity.columns if column.name == entity.cursor)
    moment = dt.datetime.fromisoformat(cursor)
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    # Milliseconds are all that SOQL reads; cutting the rest off reads a row again rather than miss it.
    return f" WHERE {field} >= {moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
