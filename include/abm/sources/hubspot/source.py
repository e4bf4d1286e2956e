"""Read HubSpot: complete by listing, changes by search, deletions from the archive."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from abm.platforms.hubspot import open_client, paths
from abm.sources.hubspot.batches import record_batch
from abm.sources.hubspot.client import ASSOCIATION_INPUTS, ReadClient, Row, Window
from abm.sources.hubspot.records import MERGED_IDS, MERGED_INTO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx
    import pyarrow as pa

    from abm.entities import Entity
    from abm.settings import Connection

PRIMARY_TYPE_IDS = frozenset({1, 5})  # contact to primary company, deal to primary company
_MODIFIED = {"contacts": "lastmodifieddate"}  # every other object says hs_lastmodifieddate
_RECORD_FIELDS = frozenset({"id", "archived", "createdAt", "updatedAt"})
_CLOCKS_DIFFER_BY = dt.timedelta(minutes=2)


def connect(connection: Connection, transport: httpx.BaseTransport | None = None) -> HubSpotSource:
    """Return the account as a source; nothing is requested before the first batch is taken."""
    return HubSpotSource(ReadClient(open_client(connection, transport), paths(connection)))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class HubSpotSource:
    """One HubSpot account as a source.

    A key may come twice, when a record changes or is archived while it is read: the row with the later change counts.
    """

    client: ReadClient
    clock: Callable[[], dt.datetime] = _now

    def extract(self, entity: Entity, cursor: str | None) -> Iterator[pa.RecordBatch]:
        """Yield the entity's rows page by page; entities without a cursor always come whole."""
        for rows in self._pages(entity, cursor):
            if rows:
                yield record_batch(entity, [*rows, *_merged_away(entity, rows)])

    def close(self) -> None:
        self.client.http.close()

    def _pages(self, entity: Entity, cursor: str | None) -> Iterator[list[Row]]:
        if "/" in entity.object:
            return self._associations(entity)
        if entity.object == "owners":
            return self._owners()
        if entity.object == "email_events":
            return self.client.list_email_events(None if cursor is None else _milliseconds(cursor))
        if cursor is None:
            return self._all_records(entity)
        return self._changed_records(entity, cursor)

    def _all_records(self, entity: Entity) -> Iterator[list[Row]]:
        """Yield every record, then what changed while they were listed: the cursor may stand on those changes."""
        started = self.clock() - _CLOCKS_DIFFER_BY
        for archived in (False, True):
            for page in self.client.list_objects(entity.object, _properties(entity), archived=archived):
                yield [_flat(record) for record in page]
        yield from self._search(entity, round(started.timestamp() * 1000))

    def _changed_records(self, entity: Entity, cursor: str) -> Iterator[list[Row]]:
        """Yield changed records, then those archived since: search never shows those, nor need their dates move."""
        yield from self._search(entity, _milliseconds(cursor))
        since = dt.datetime.fromisoformat(cursor)
        for page in self.client.list_objects(entity.object, _properties(entity), archived=True):
            yield [_flat(record) for record in page if _archived_since(record, since)]

    def _search(self, entity: Entity, since: int) -> Iterator[list[Row]]:
        until = max(since, round(self.clock().timestamp() * 1000))
        window = Window(_MODIFIED.get(entity.object, "hs_lastmodifieddate"), since, until)
        for page in self.client.search_changed(entity.object, _properties(entity), window):
            yield [_flat(record) for record in page]

    def _associations(self, entity: Entity) -> Iterator[list[Row]]:
        from_type, _, to_type = entity.object.partition("/")
        pages = self.client.list_objects(from_type, ["hs_object_id"], archived=False)
        ids = (str(record["id"]) for page in pages for record in page)
        for some in _batched(ids, ASSOCIATION_INPUTS):
            for page in self.client.read_associations(from_type, to_type, some):
                yield [_association(row, to) for row in page for to in row["to"]]

    def _owners(self) -> Iterator[list[Row]]:
        for archived in (False, True):
            yield from self.client.list_owners(archived=archived)


def _properties(entity: Entity) -> list[str]:
    fields = [column.field for column in entity.columns if column.field not in _RECORD_FIELDS]
    return [MERGED_IDS if field == MERGED_INTO else field for field in fields]


def _merged_away(entity: Entity, rows: Iterable[Row]) -> list[Row]:
    """Return the records that others took in, as deleted: HubSpot lists them nowhere."""
    if all(column.field != MERGED_INTO for column in entity.columns):
        return []
    return [
        {"id": merged, MERGED_INTO: row["id"], "archived": True, "updatedAt": row["updatedAt"]}
        for row in rows
        for merged in (row.get(MERGED_IDS) or "").split(";")
        if merged and merged != row["id"]
    ]


def _flat(record: Row) -> Row:
    return {**record["properties"], **{name: record.get(name) for name in _RECORD_FIELDS}}


def _association(row: Row, to: Row) -> Row:
    types = {spec["typeId"] for spec in to["associationTypes"]}
    return {"from": row["from"]["id"], "to": to["toObjectId"], "primary": not types.isdisjoint(PRIMARY_TYPE_IDS)}


def _archived_since(record: Row, since: dt.datetime) -> bool:
    archived_at = record.get("archivedAt")
    return archived_at is None or dt.datetime.fromisoformat(archived_at) >= since


def _milliseconds(cursor: str) -> int:
    return int(dt.datetime.fromisoformat(cursor).timestamp() * 1000)


def _batched(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    iterator = iter(ids)
    while some := list(islice(iterator, size)):
        yield some
