"""Apply rows to an object: every write of every API ends here, so that all check and record the same."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from abm_sandbox.salesforce.checks import as_json, check_ids, check_locks, check_references, check_unique
from abm_sandbox.salesforce.errors import RowError
from abm_sandbox.salesforce.row import ROLLED_BACK, check_required, good_rows
from abm_sandbox.salesforce.schema import STANDARD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from abm_sandbox.salesforce.org import Org
    from abm_sandbox.salesforce.row import Row
    from abm_sandbox.salesforce.schema import Field

_PERMISSION_OBJECTS = frozenset({"PermissionSetAssignment", "FieldPermissions"})


def create(org: Org, rows: Sequence[Row]) -> None:
    """Insert the rows that carry no error yet."""
    for object_name, group in _by_object(rows):
        for row in group:
            if row.id:
                row.fail(RowError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ("Id",)))
        check_references(org, object_name, group)
        check_unique(org, object_name, group)
        _insert(org, object_name, good_rows(group))


def update(org: Org, rows: Sequence[Row]) -> None:
    """Change the records that the rows name by id, and only those that differ."""
    for object_name, group in _by_object(rows):
        check_ids(group)
        check_locks(org, group)
        check_references(org, object_name, group)
        good = good_rows(group)
        current = _current(org, object_name, good)
        changed = [row for row in good if _exists(row, current) and _differs(row, current[str(row.id)])]
        _write_changes(org, object_name, changed)
        changed_ids = {id(row) for row in changed}
        _record(org, object_name, ((row.id, id(row) in changed_ids, row.values) for row in good_rows(group)))


def upsert(org: Org, object_name: str, external: Field, rows: Sequence[Row]) -> None:
    """Update the record that has the row's external id, insert where none has it."""
    keys = [row.values.get(external.name) for row in rows if row.error is None]
    known: dict[Any, list[str]] = defaultdict(list)
    for found in org.store.execute(
        f'select record.Id as id, record."{external.name}" as key from json_each(?) as wanted '
        f'inner join "{object_name}" as record on record."{external.name}" = wanted.value where record.IsDeleted = 0',
        [as_json([key for key in keys if key is not None])],
    ):
        known[found["key"]].append(found["id"])
    for row in good_rows(rows):
        key = row.values.get(external.name)
        if key is None:
            row.fail(RowError("MISSING_ARGUMENT", f"{external.name} not specified", (external.name,)))
        elif len(known[key]) > 1:
            row.fail(RowError("DUPLICATE_EXTERNAL_ID", f"{external.name}: more than one record found for external id"))
        else:
            row.id = known[key][0] if known[key] else None
    to_create = [row for row in good_rows(rows) if row.id is None]
    for row in to_create:
        check_required(org.fields(object_name), row)
    to_update = [row for row in good_rows(rows) if row.id is not None]
    update(org, to_update)
    create(org, to_create)


def delete(org: Org, rows: Sequence[Row]) -> None:
    """Mark records as deleted; objects of setup lose the row."""
    for object_name, group in _by_object(rows):
        check_ids(group)
        current = _current(org, object_name, good_rows(group))
        good = [row for row in good_rows(group) if _exists(row, current)]
        if "IsDeleted" in STANDARD[object_name].fields:
            org.store.execute_many(
                f'update "{object_name}" set IsDeleted = 1, SystemModstamp = ? where Id = ?',
                [(org.now(), row.id) for row in good],
            )
        else:
            org.store.execute_many(f'delete from "{object_name}" where Id = ?', [(row.id,) for row in good])
        _record(org, object_name, ((row.id, True, ()) for row in good))


def apply(org: Org, rows: Sequence[Row], write: Callable[[], None], *, all_or_none: bool) -> None:
    """Run the write in one transaction; with `all_or_none` a single error undoes it for every row."""
    try:
        with org.store.transaction():
            write()
            if all_or_none:
                _undo_if_any_failed(rows)
    except _UndoneError:
        for row in good_rows(rows):
            row.fail(
                RowError(
                    ROLLED_BACK,
                    "Record rolled back because not all records were valid and the request was using AllOrNone header",
                )
            )
    if any(row.object in _PERMISSION_OBJECTS for row in rows):
        org.forget_permissions()


class _UndoneError(Exception):
    """Carries the decision to roll back out of the transaction."""


def _undo_if_any_failed(rows: Sequence[Row]) -> None:
    if any(row.error for row in rows):
        raise _UndoneError


def _by_object(rows: Sequence[Row]) -> Iterable[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.error is None:
            groups[row.object].append(row)
    return groups.items()


def _current(org: Org, object_name: str, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    names = {name for row in rows for name in row.values}
    if "IsDeleted" in STANDARD[object_name].fields:
        names.add("IsDeleted")
    columns = ", ".join(f'record."{name}"' for name in ("Id", *sorted(names)))
    found = org.store.execute(
        f'select {columns} from json_each(?) as wanted inner join "{object_name}" as record '
        "on record.Id = wanted.value",
        [as_json([row.id for row in rows])],
    )
    return {row["Id"]: dict(row) for row in found}


def _exists(row: Row, current: Mapping[str, Mapping[str, Any]]) -> bool:
    record = current.get(str(row.id))
    if record is None:
        row.fail(RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))
    elif record.get("IsDeleted"):
        row.fail(RowError("ENTITY_IS_DELETED", "entity is deleted"))
    return row.error is None


def _differs(row: Row, record: Mapping[str, Any]) -> bool:
    return any(record[name] != value for name, value in row.values.items())


def _write_changes(org: Org, object_name: str, rows: Sequence[Row]) -> None:
    now = org.now()
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row.values)].append(row)
    for names, group in groups.items():
        settings = ", ".join(f'"{name}" = ?' for name in (*names, "LastModifiedDate", "SystemModstamp"))
        org.store.execute_many(
            f'update "{object_name}" set {settings} where Id = ?',
            [(*row.values.values(), now, now, row.id) for row in group],
        )


def _insert(org: Org, object_name: str, rows: Sequence[Row]) -> None:
    now = org.now()
    names = [found.name for found in org.fields(object_name).values() if found.name not in {"Id", "IsDeleted"}]
    audit = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), now)
    false = {found.name: 0 for found in org.fields(object_name).values() if found.type == "boolean"}
    has_mark = "IsDeleted" in STANDARD[object_name].fields
    columns = ["Id", *(["IsDeleted"] if has_mark else []), *names]
    for row, record_id in zip(rows, org.next_ids(STANDARD[object_name].prefix, len(rows)), strict=True):
        row.id, row.created = record_id, True
    org.store.execute_many(
        f'insert into "{object_name}" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns)}) '
        f"values ({', '.join('?' * len(columns))})",
        [
            (row.id, *([0] if has_mark else []), *({**false, **row.values, **audit}.get(name) for name in names))
            for row in rows
        ],
    )
    _record(org, object_name, ((row.id, True, row.values) for row in rows))


def _record(org: Org, object_name: str, effects: Iterable[tuple[str | None, bool, Iterable[str]]]) -> None:
    now = org.now()
    org.store.execute_many(
        "insert into _writes values (?, ?, ?, ?, ?)",
        [(object_name, record_id, now, int(effective), ",".join(names)) for record_id, effective, names in effects],
    )
