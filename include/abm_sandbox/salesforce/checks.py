"""What is checked of many rows at once, with one query for each question and none for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.salesforce.errors import RowError
from abm_sandbox.salesforce.ids import is_id, long_id
from abm_sandbox.salesforce.org import USER_ID
from abm_sandbox.salesforce.row import good_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm_sandbox.salesforce.org import Org
    from abm_sandbox.salesforce.row import Row


def check_ids(rows: Sequence[Row]) -> None:
    for row in rows:
        if not row.id:
            row.fail(RowError("MISSING_ARGUMENT", "Id not specified in an update call", ("Id",)))
        elif not is_id(row.id):
            row.fail(RowError("MALFORMED_ID", "bad id", ("Id",)))
        else:
            row.id = long_id(row.id)


def check_locks(org: Org, rows: Sequence[Row]) -> None:
    if not (org.row_locks or org.row_faults):
        return
    for row in good_rows(rows):
        if waiting := org.row_faults.get(str(row.id)):
            row.fail(waiting.pop(0))
            continue
        if org.row_locks.get(str(row.id), 0) > 0:
            org.row_locks[str(row.id)] -= 1
            row.fail(RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"))


def check_references(org: Org, object_name: str, rows: Sequence[Row]) -> None:
    """Refuse references to records that are not there, with one query for each object referred to."""
    fields = {found.name: found for found in org.fields(object_name).values() if found.references}
    pointed = [
        (row, name, row.values[name])
        for row in good_rows(rows)
        for name in row.values.keys() & fields
        if row.values[name]
    ]
    if not pointed:
        return
    wanted = as_json([value for _, _, value in pointed])
    there = {USER_ID}
    for target in {target for found in fields.values() for target in found.references}:
        there |= {
            found["Id"]
            for found in org.store.execute(
                f'select record.Id from json_each(?) as wanted inner join "{target}" as record '
                "on record.Id = wanted.value",
                [wanted],
            )
        }
    for row, name, value in pointed:
        if value not in there:
            row.fail(RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (name,)))


def check_unique(org: Org, object_name: str, rows: Sequence[Row]) -> None:
    for found in org.fields(object_name).values():
        if not found.unique:
            continue
        wanted = [row.values[found.name] for row in good_rows(rows) if row.values.get(found.name) is not None]
        taken = {
            match["value"]
            for match in org.store.execute(
                f'select wanted.value as value from json_each(?) as wanted inner join "{object_name}" as record '
                f'on record."{found.name}" = wanted.value',
                [as_json(wanted)],
            )
        }
        for row in good_rows(rows):
            value = row.values.get(found.name)
            if value in taken:
                row.fail(RowError("DUPLICATE_VALUE", f"duplicate value found: {found.name}", (found.name,)))
            elif value is not None:
                taken.add(value)


def as_json(values: Sequence[Any]) -> str:
    return orjson.dumps(values).decode()
