"""One HubSpot account: its tables in the store, and its property definitions kept in memory."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.hubspot.catalogue import BY_NAME, OBJECT_TYPES, ObjectType, Property
from abm_sandbox.hubspot.errors import ApiError, invalid
from abm_sandbox.hubspot.values import timestamp
from abm_sandbox.store import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from sqlite3 import Row

    from starlette.requests import Request

    from abm_sandbox.store import Store

_FIRST_ID = 1000
RECORD_COLUMNS = ("id", "createdAt", "updatedAt", "archived", "archivedAt")
_TABLES = """
create table if not exists _properties (object text, name text, definition text, primary key (object, name));
create table if not exists _groups (object text, name text, label text, displayOrder integer,
    primary key (object, name));
create table if not exists _associations (from_type text, from_id text, to_type text, to_id text, type_id integer,
    primary key (from_type, from_id, to_type, to_id, type_id)) without rowid;
create table if not exists _merged (object text, id text, into_id text, primary key (object, id));
create table if not exists _writes (object text, id text, at text, effective integer, fields text);
create table if not exists owners (id text primary key, email text, firstName text, lastName text, archived integer);
create table if not exists email_events (id text, type text, recipient text, emailCampaignId text,
    filteredEvent integer, created integer, primary key (created, id)) without rowid;
"""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Portal:
    """The account behind the endpoints. A store that already holds one is taken up where it was left.

    `row_faults` gives a record the errors that its next batch updates meet, inside a 207.
    """

    def __init__(self, store: Store, clock: Callable[[], dt.datetime] = _now) -> None:
        self.store = store
        self.clock = clock
        self.row_faults: dict[str, list[ApiError]] = {}
        self.properties: dict[str, dict[str, Property]] = {kind.name: {} for kind in OBJECT_TYPES}
        with store.transaction():
            for statement in filter(str.strip, _TABLES.split(";")):
                store.execute(statement)
            if "fields" not in store.columns("_writes"):  # a store of an earlier version
                store.add_column("_writes", "fields")
            for kind in OBJECT_TYPES:
                self._open_object(kind)
        self._last_id = self._highest_id()
        self._merged = {
            (row["object"], row["id"]): row["into_id"]
            for row in store.execute("select object, id, into_id from _merged")
        }

    def now(self) -> str:
        return timestamp(self.clock())

    def kind(self, request: Request, parameter: str = "object_type") -> ObjectType:
        """Return the object type a path names, by plural, singular or number."""
        name = request.path_params[parameter]
        if name not in BY_NAME:
            raise invalid(f"Unable to infer object type from: {name}")
        return BY_NAME[name]

    def next_ids(self, count: int) -> list[str]:
        first = self._last_id + 1
        self._last_id += count
        return [str(number) for number in range(first, first + count)]

    def merge(self, kind: ObjectType, old: Iterable[str], record: str) -> None:
        """Let the old ids lead to the record that took their place."""
        for merged in old:
            self.store.execute("insert into _merged values (?, ?, ?)", [kind.name, merged, record])
            self._merged[kind.name, merged] = record

    def current_id(self, kind: ObjectType, record: str) -> str:
        """Return the id of the record that this one was merged into, or its own."""
        while self._merged and (kind.name, record) in self._merged:
            record = self._merged[kind.name, record]
        return record

    def add_property(self, kind: ObjectType, definition: Property) -> None:
        """Store a definition, new or changed, and give its values a column."""
        self.store.execute(
            "insert or replace into _properties values (?, ?, ?)",
            [kind.name, definition.name, orjson.dumps(asdict(definition)).decode()],
        )
        stored = definition.name in kind.columns or definition.name in self.store.columns(kind.name)
        if not stored:
            self.store.add_column(kind.name, definition.name)
        self.properties[kind.name][definition.name] = definition

    def remove_property(self, kind: ObjectType, name: str) -> None:
        """Forget a definition and every value of it."""
        self.store.execute("delete from _properties where object = ? and name = ?", [kind.name, name])
        self.store.execute(f"update {kind.name} set {quoted(name)} = null")
        del self.properties[kind.name][name]

    def rows(
        self, kind: ObjectType, names: Iterable[str], where: str, parameters: Sequence[Any] | dict[str, Any]
    ) -> list[Row]:
        """Read records: their own columns and the named properties."""
        own = set(kind.columns)
        wanted = [quoted(name) for name in dict.fromkeys(names) if name not in own]
        return self.store.execute(
            f"select {', '.join([*RECORD_COLUMNS, *wanted])} from {kind.name} where {where}", parameters
        )

    def known(self, kind: ObjectType, names: Iterable[str]) -> list[str]:
        """Return the properties a read gives for the names asked for: unknown ones are left out."""
        asked = [name for name in names if name] or kind.defaults
        definitions = self.properties[kind.name]
        return [name for name in dict.fromkeys([*asked, *kind.always]) if name in definitions]

    def _open_object(self, kind: ObjectType) -> None:
        self.store.execute(
            f"create table if not exists {kind.name} (id text primary key, createdAt text not null, "
            "updatedAt text not null, archived integer not null default 0, archivedAt text) without rowid"
        )
        stored = self.store.execute("select definition from _properties where object = ?", [kind.name])
        if not stored:
            self.store.execute(
                "insert into _groups values (?, ?, ?, 0)",
                [kind.name, kind.group, f"{kind.singular.title()} information"],
            )
            for definition in kind.properties:
                self.add_property(kind, definition)
        for row in stored:
            values = orjson.loads(row["definition"])
            definition = Property(**{**values, "options": tuple(values["options"])})
            self.properties[kind.name][definition.name] = definition

    def _highest_id(self) -> int:
        highest: list[int] = [
            self.store.execute(f"select coalesce(max(cast(id as integer)), 0) as id from {kind.name}")[0]["id"]
            for kind in OBJECT_TYPES
        ]
        return max(_FIRST_ID, *highest)


def portal_of(request: Request) -> Portal:
    portal: Portal = request.app.state.portal
    return portal
