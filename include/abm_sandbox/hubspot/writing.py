"""Apply writes to records: values checked, only differences stored, each write in the ledger `_writes`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.hubspot.errors import CONFLICT, ApiError, invalid_values
from abm_sandbox.hubspot.values import ValueProblem, normalise
from abm_sandbox.store import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from sqlite3 import Row

    from abm_sandbox.hubspot.catalogue import ObjectType, Property
    from abm_sandbox.hubspot.portal import Portal


@dataclass
class Write:
    """One record to write: the values as sent and, once checked, as stored."""

    id: str
    values: dict[str, str | None]
    trace_id: str | None = None
    position: int = 0
    changes: dict[str, str | None] = field(default_factory=dict)


def check_values(portal: Portal, kind: ObjectType, sent: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the values to store; raises ApiError that names every property at fault."""
    definitions = portal.properties[kind.name]
    values: dict[str, str | None] = {}
    problems: list[tuple[str, str, str]] = []
    for name, value in sent.items():
        definition = definitions.get(name)
        if definition is None:
            problems.append((name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
        elif definition.is_read_only:
            problems.append((name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'))
        else:
            try:
                values[name] = normalise(definition, value)
            except ValueProblem as problem:
                problems.append((name, problem.code, problem.message))
    if problems:
        raise invalid_values(problems)
    return values


def stored_rows(portal: Portal, kind: ObjectType, ids: Iterable[str], names: Iterable[str]) -> dict[str, Row]:
    rows = portal.rows(
        kind,
        names,
        "archived = 0 and id in (select value from json_each(?))",
        [orjson.dumps(list(ids)).decode()],
    )
    return {row["id"]: row for row in rows}


def update(portal: Portal, kind: ObjectType, writes: Sequence[Write]) -> tuple[dict[str, dict[str, Any]], list[Write]]:
    """Apply the writes; return the records by id as the API shows them, and the writes whose record is not there."""
    names = list(dict.fromkeys(name for write in writes for name in write.values))
    definitions = portal.properties[kind.name]
    with portal.store.transaction():
        rows = stored_rows(portal, kind, (write.id for write in writes), names)
        present = [write for write in writes if write.id in rows]
        now = portal.now()
        for write in present:
            row = rows[write.id]
            write.changes = {
                name: value for name, value in write.values.items() if _differs(definitions[name], row[name], value)
            }
        _store_changes(portal, kind, present, now)
    records = {write.id: _after(kind, rows[write.id], write, now) for write in present}
    return records, [write for write in writes if write.id not in rows]


def create(portal: Portal, kind: ObjectType, writes: Sequence[Write]) -> list[dict[str, Any]]:
    """Add the records; their ids are given here."""
    now = portal.now()
    for write, new_id in zip(writes, portal.next_ids(len(writes)), strict=True):
        write.id = new_id
        write.changes = write.values
    with portal.store.transaction():
        portal.store.execute_many(
            f"insert into {kind.name} (id, createdAt, updatedAt) values (?, ?, ?)",
            [(write.id, now, now) for write in writes],
        )
        _store_changes(portal, kind, writes, now, always=True)
    return [_shown(kind, write.id, now, now, write.values) for write in writes]


def archive(portal: Portal, kind: ObjectType, ids: Sequence[str]) -> None:
    """Archive the records that are there; ids that are not make no difference."""
    with portal.store.transaction():
        present = sorted(stored_rows(portal, kind, ids, ()))
        now = portal.now()
        portal.store.execute_many(
            f"update {kind.name} set archived = 1, archivedAt = ? where id = ?", [(now, record) for record in present]
        )
        log(portal, kind, ((record, True, ()) for record in present), now)


def ids_by_unique(portal: Portal, kind: ObjectType, name: str, values: Iterable[str]) -> dict[str, str]:
    """Return the ids of the live records that hold these values of a unique property."""
    rows = portal.store.execute(
        f"select id, {quoted(name)} as value from {kind.name} "
        f"where archived = 0 and {quoted(name)} in (select value from json_each(?))",
        [orjson.dumps(list(values)).decode()],
    )
    return {row["value"]: row["id"] for row in rows}


def taken(portal: Portal, kind: ObjectType, writes: Sequence[Write]) -> dict[int, ApiError]:
    """Return, by position, the writes whose unique value another record holds already."""
    found: dict[int, ApiError] = {}
    unique = [name for name, definition in portal.properties[kind.name].items() if definition.is_unique]
    for name in unique:
        sent = {write.position: value for write in writes if (value := write.values.get(name))}
        existing = ids_by_unique(portal, kind, name, sent.values()) if sent else {}
        for position, value in sent.items():
            if value in existing:
                found[position] = ApiError(
                    409, CONFLICT, f"{kind.singular.title()} already exists. Existing ID: {existing[value]}"
                )
    return found


def _differs(definition: Property, stored: str | None, value: str | None) -> bool:
    if stored == value:
        return False
    if definition.type == "number" and stored is not None and value is not None:
        return float(stored) != float(value)
    return True


def _store_changes(
    portal: Portal, kind: ObjectType, writes: Sequence[Write], now: str, *, always: bool = False
) -> None:
    by_names: defaultdict[tuple[str, ...], list[tuple[str | None, ...]]] = defaultdict(list)
    for write in writes:
        if write.changes:
            by_names[tuple(write.changes)].append((*write.changes.values(), now, write.id))
    for names, rows in by_names.items():
        assignments = ", ".join(f"{quoted(name)} = ?" for name in names)
        portal.store.execute_many(f"update {kind.name} set {assignments}, updatedAt = ? where id = ?", rows)
    log(portal, kind, ((write.id, always or bool(write.changes), write.values) for write in writes), now)


def log(portal: Portal, kind: ObjectType, writes: Iterable[tuple[str, bool, Iterable[str]]], now: str) -> None:
    """Note the writes in the ledger: the record, whether it had an effect, the properties that were named."""
    portal.store.execute_many(
        "insert into _writes values (?, ?, ?, ?, ?)",
        [(kind.name, record, now, int(effective), ",".join(names)) for record, effective, names in writes],
    )


def _after(kind: ObjectType, row: Row, write: Write, now: str) -> dict[str, Any]:
    return _shown(kind, write.id, row["createdAt"], now if write.changes else row["updatedAt"], write.values)


def _shown(
    kind: ObjectType, record: str, created: str, updated: str, values: Mapping[str, str | None]
) -> dict[str, Any]:
    """Show a record as a write's answer does: the written properties, cleared ones as empty text, and the system's."""
    properties = {name: value or "" for name, value in values.items()}
    properties |= {"createdate": created, kind.modified: updated, "hs_object_id": record}
    return {"id": record, "properties": properties, "createdAt": created, "updatedAt": updated, "archived": False}
