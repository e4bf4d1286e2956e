"""Fill the account from Arrow tables, as the world generator and tests make them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.hubspot.associations import DEFAULT_TYPES, PRIMARY_TYPES, write_pairs
from abm_sandbox.hubspot.catalogue import BOOLEAN_OPTIONS, OBJECT_TYPES, ObjectType, Property, options
from abm_sandbox.hubspot.portal import RECORD_COLUMNS, Portal
from abm_sandbox.hubspot.values import number_text, timestamp
from abm_sandbox.store import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm_sandbox.store import Store


def load_world(store: Store, tables: Mapping[str, pa.Table]) -> None:
    """Add records, owners, associations and e-mail events to the account in the store, or change those it has.

    Keys are "companies", "contacts", "deals" (id, HubSpot property names, createdAt, updatedAt, archived), "owners",
    "deals/companies" and "contacts/companies" (from, to, primary), "email_events". Numbers, dates and booleans become
    HubSpot's text. A property HubSpot does not define is created in its column's type; choices gain the options that
    rows use.
    """
    portal = Portal(store)
    for kind in OBJECT_TYPES:
        if kind.name in tables:
            _load_records(portal, kind, tables[kind.name])
    for name, rows in tables.items():
        if "/" in name:
            _load_associations(portal, name, rows)
    if "owners" in tables:
        _insert(portal, "owners", tables["owners"], ("id", "email", "firstName", "lastName", "archived"))
    if "email_events" in tables:
        columns = ("id", "type", "recipient", "emailCampaignId", "filteredEvent", "created")
        _insert(portal, "email_events", tables["email_events"], columns)


def _load_records(portal: Portal, kind: ObjectType, rows: pa.Table) -> None:
    names = [name for name in rows.schema.names if name not in {*RECORD_COLUMNS, *kind.columns}]
    with portal.store.transaction():
        for name in names:
            _define(portal, kind, name, rows.column(name))
        archived = _column(rows, "archived", 0)
        updated = _texts(rows.column("updatedAt"))
        columns: list[list[Any]] = [
            _texts(rows.column("id")),
            _texts(rows.column("createdAt")),
            updated,
            [int(value or 0) for value in archived],
            [moment if flag else None for moment, flag in zip(updated, archived, strict=True)],
            *(_texts(rows.column(name), portal.properties[kind.name][name].type) for name in names),
        ]
        _upsert(portal, kind.name, [*RECORD_COLUMNS, *names], columns)


def _define(portal: Portal, kind: ObjectType, name: str, values: pa.ChunkedArray[Any]) -> None:
    known = portal.properties[kind.name].get(name)
    if known is None:
        portal.add_property(kind, _custom_property(kind, name, values.type))
    elif known.type == "enumeration":
        used = {str(value) for value in pc.unique(values).to_pylist() if value is not None}
        added = sorted(used - known.option_values)
        if added:
            portal.add_property(kind, replace(known, options=(*known.options, *options(*added))))


def _custom_property(kind: ObjectType, name: str, held: pa.DataType) -> Property:
    label = name.replace("_", " ").capitalize()
    if pa.types.is_floating(held) or pa.types.is_integer(held):
        return Property(name, label, "number", "number", kind.group)
    if pa.types.is_boolean(held):
        return Property(name, label, "bool", "booleancheckbox", kind.group, options=BOOLEAN_OPTIONS)
    if pa.types.is_date(held):
        return Property(name, label, "date", "date", kind.group)
    return Property(name, label, group=kind.group)


def _load_associations(portal: Portal, name: str, rows: pa.Table) -> None:
    source, _, target = name.partition("/")
    pair = (source, target)
    write_pairs(
        portal,
        (
            (source, from_id, target, to_id, PRIMARY_TYPES[pair] if primary else DEFAULT_TYPES[pair])
            for from_id, to_id, primary in zip(
                _texts(rows.column("from")),
                _texts(rows.column("to")),
                _column(rows, "primary", value=False),
                strict=True,
            )
            if from_id and to_id
        ),
    )


def _insert(portal: Portal, table: str, rows: pa.Table, names: tuple[str, ...]) -> None:
    with portal.store.transaction():
        _upsert(portal, table, names, [[_plain(value) for value in _column(rows, name, 0)] for name in names])


def _upsert(portal: Portal, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    key = "created, id" if "created" in names else "id"
    changed = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in names)
    portal.store.execute_many(
        f"insert into {table} ({', '.join(map(quoted, names))}) values ({', '.join('?' * len(names))}) "
        f"on conflict ({key}) do update set {changed}",
        zip(*columns, strict=True),
    )


def _column(rows: pa.Table, name: str, value: Any) -> list[Any]:
    return rows.column(name).to_pylist() if name in rows.schema.names else [value] * rows.num_rows


def _plain(value: Any) -> Any:
    """Return what the older endpoints store: milliseconds for moments, 0 and 1 for booleans."""
    if isinstance(value, dt.datetime):
        return round(value.replace(tzinfo=value.tzinfo or dt.UTC).timestamp() * 1000)
    return int(value) if isinstance(value, bool) else value


def _texts(values: pa.ChunkedArray[Any], value_type: str = "string") -> list[str | None]:
    """Return the column as HubSpot's text; empty text is no value."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return [value or None for value in values.to_pylist()]
    return [None if value is None else _text(value, value_type) for value in values.to_pylist()]


def _text(value: Any, value_type: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return timestamp(value if value.tzinfo else value.replace(tzinfo=dt.UTC))
    if isinstance(value, dt.date):
        return value.isoformat() + ("T00:00:00.000Z" if value_type == "datetime" else "")
    return number_text(value) if isinstance(value, int | float) else str(value)
