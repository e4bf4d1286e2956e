"""One row on its way into an object: what it says, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm_sandbox.salesforce.errors import RowError, SalesforceError
from abm_sandbox.salesforce.values import convert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm_sandbox.salesforce.org import Org
    from abm_sandbox.salesforce.schema import Field

ROLLED_BACK = "ALL_OR_NONE_OPERATION_ROLLED_BACK"


@dataclass
class Row:
    """One row to write; after the write either `error` is set, or `id` is and tells which record it went to."""

    object: str
    id: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    error: RowError | None = None
    created: bool = False

    def fail(self, error: RowError) -> None:
        self.error = error

    def result(self, *, tells_created: bool = False) -> dict[str, Any]:
        if self.error is not None:
            answer: dict[str, Any] = {"success": False, "errors": [self.error.body()]}
            return {"id": self.id, **answer} if self.id and self.error.code != ROLLED_BACK else answer
        created = {"created": self.created} if tells_created else {}
        return {"id": self.id, "success": True, "errors": [], **created}


def read_row(org: Org, object_name: str, given: Mapping[str, Any], *, is_create: bool, is_csv: bool = False) -> Row:
    """Return the row with stored values, or with the error that its values meet.

    A column that the object does not have ends the whole request.
    """
    fields = org.fields(object_name)
    row = Row(object_name)
    refused: list[str] = []
    try:
        for name, value in given.items():
            if name in {"attributes", "Id", "id"}:
                continue
            if (found := fields.get(name.lower())) is None:
                raise no_such_column(object_name, name)
            if found.readonly:
                refused.append(found.name)
            else:
                row.values[found.name] = convert(found, value, is_csv=is_csv)
    except RowError as error:
        row.fail(error)
    if refused:
        row.fail(_not_writable(refused))
    elif is_create and row.error is None:
        check_required(fields, row)
    given_id = given.get("Id") or given.get("id")
    if given_id:
        row.id = str(given_id)
    return row


def no_such_column(object_name: str, name: str) -> SalesforceError:
    return SalesforceError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {object_name}")


def check_required(fields: Mapping[str, Field], row: Row) -> None:
    missing = [found.name for found in fields.values() if found.required and row.values.get(found.name) is None]
    if missing:
        row.fail(
            RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", tuple(missing))
        )


def _not_writable(names: Sequence[str]) -> RowError:
    return RowError(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field and "
        "verify that it is read/write for your profile or permission set.",
        tuple(names),
    )


def good_rows(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.error is None]
