"""Fill an org: the world generator's tables become objects with every standard field."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.salesforce.schema import OPTIONAL, STANDARD, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abm_sandbox.store import Store

_LEDGER = """
create table _fields (object text, name text, definition text, primary key (object, name));
create table _writes (object text not null, id text not null, at text not null, effective integer not null,
    fields text not null);
create table _sequences (prefix text primary key, last integer not null);
create index _writes_by_id on _writes (id);
"""
_LONG_AGO = "2020-01-01T00:00:00.000+0000"


def load_world(store: Store, tables: Mapping[str, pa.Table]) -> None:
    """Make the org in an empty store: each named table becomes that object, every other object starts empty.

    Columns are API field names and Id is required; standard fields that a table leaves out are null, a column ending in
    `__c` becomes a custom field. Raises ValueError for an object that the sandbox does not know.
    """
    if unknown := set(tables) - set(STANDARD):
        raise ValueError(f"The sandbox has no objects {sorted(unknown)}; it knows {sorted(STANDARD)}")
    for statement in _LEDGER.split(";"):
        store.execute(statement)
    for name in STANDARD:
        _load_object(store, name, tables.get(name, pa.table({"Id": pa.array([], pa.string())})))


def is_loaded(store: Store) -> bool:
    return store.has_table("_fields")


def save_field(store: Store, object_name: str, field: Field) -> None:
    store.execute("insert into _fields values (?, ?, ?)", [object_name, field.name, json.dumps(asdict(field))])


def read_fields(store: Store) -> dict[str, dict[str, Field]]:
    """Return the fields of each object as they were saved, in the order they were added."""
    fields: dict[str, dict[str, Field]] = {name: {} for name in STANDARD}
    for row in store.execute("select object, definition from _fields order by rowid"):
        definition: dict[str, Any] = json.loads(row["definition"])
        lists = {name: tuple(definition[name]) for name in ("references", "values")}
        field = Field(**{**definition, **lists})
        fields[row["object"]][field.name] = field
    return fields


def _load_object(store: Store, name: str, table: pa.Table) -> None:
    given = set(table.schema.names)
    standard = [field for field in STANDARD[name].fields.values() if field.name not in OPTIONAL or field.name in given]
    custom = [
        _custom_field(table.schema.field(column))
        for column in table.schema.names
        if column not in STANDARD[name].fields
    ]
    columns = {field.name: _column(table, field) for field in [*standard, *custom]}
    store.load(name, pa.table(columns), "Id")
    store.execute(f'create index "{name}_modstamp" on "{name}" (SystemModstamp)')
    for field in [*standard, *custom]:
        save_field(store, name, field)


def _column(table: pa.Table, field: Field) -> Any:
    if field.name in table.schema.names:
        return _as_text(table.column(field.name))
    if field.name in {"CreatedDate", "LastModifiedDate", "SystemModstamp"}:
        return _default_moment(table)
    if field.type == "boolean":
        return pa.array([False] * table.num_rows, pa.bool_())
    return pa.array([None] * table.num_rows, _arrow_type(field))


def _default_moment(table: pa.Table) -> Any:
    given = next((name for name in ("SystemModstamp", "CreatedDate") if name in table.schema.names), None)
    return _as_text(table.column(given)) if given else pa.array([_LONG_AGO] * table.num_rows, pa.string())


def _as_text(column: Any) -> Any:
    """Write moments as the API does, `2021-12-02T18:21:05.000+0000`; leave all else."""
    if not pa.types.is_timestamp(column.type):
        return column
    moments = column.cast(pa.timestamp("ms", tz="UTC"))
    return pc.strftime(moments, format="%Y-%m-%dT%H:%M:%S+0000")


def _arrow_type(field: Field) -> pa.DataType:
    if field.type == "int":
        return pa.int64()
    return pa.float64() if field.precision else pa.string()


def _custom_field(column: pa.Field[Any]) -> Field:
    label = column.name.removesuffix("__c").replace("_", " ")
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return Field(column.name, "double", precision=18, scale=2, label=label, custom=True)
    for test, name in (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_date, "date"),
        (pa.types.is_timestamp, "datetime"),
    ):
        if test(column.type):
            return Field(column.name, name, label=label, custom=True)
    return Field(column.name, "string", 255, label=label, custom=True)
