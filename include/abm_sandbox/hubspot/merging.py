"""Merge two records into one, which gets a new id; the old ids lead to it from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.hubspot import writing
from abm_sandbox.hubspot.errors import invalid, json_response, not_found
from abm_sandbox.hubspot.portal import Portal, portal_of
from abm_sandbox.hubspot.records import member, read_json, to_api
from abm_sandbox.store import quoted

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.hubspot.catalogue import ObjectType

MERGED_IDS = "hs_merged_object_ids"


async def merge(request: Request) -> Response:
    """Answer POST /{type}/merge: the primary's values stay, the other fills what is empty."""
    portal, kind = portal_of(request), portal_of(request).kind(request)
    body = await read_json(request)
    primary, other = member(body, "primaryObjectId", str), member(body, "objectIdToMerge", str)
    if primary == other:
        raise invalid("Cannot merge a record with itself")
    if len(writing.stored_rows(portal, kind, [primary, other], ())) != len({primary, other}):
        raise not_found()
    names = portal.known(kind, [])
    record = _merge(portal, kind, primary, other)
    return json_response(to_api(kind, portal.rows(kind, names, "id = ?", [record])[0], names))


def _merge(portal: Portal, kind: ObjectType, primary: str, other: str) -> str:
    names = [name for name in portal.properties[kind.name] if name not in kind.columns]
    with portal.store.transaction():
        rows = writing.stored_rows(portal, kind, [primary, other], names)
        merged = {name: rows[primary][name] or rows[other][name] for name in names}
        if MERGED_IDS in merged:
            earlier = [row[MERGED_IDS] for row in rows.values() if row[MERGED_IDS]]
            merged[MERGED_IDS] = ";".join([*earlier, primary, other])
        record, now = portal.next_ids(1)[0], portal.now()
        columns = ", ".join(quoted(name) for name in ("id", "createdAt", "updatedAt", *merged))
        portal.store.execute(
            f"insert into {kind.name} ({columns}) values ({', '.join('?' * (3 + len(merged)))})",
            [record, rows[primary]["createdAt"], now, *merged.values()],
        )
        portal.store.execute(f"delete from {kind.name} where id in (?, ?)", [primary, other])
        _move_associations(portal, kind, (primary, other), record)
        portal.merge(kind, (primary, other), record)
        writing.log(portal, kind, [(old, True, ()) for old in (primary, other, record)], now)
    return record


def _move_associations(portal: Portal, kind: ObjectType, old: tuple[str, str], record: str) -> None:
    for side in ("from", "to"):
        portal.store.execute(
            f"update or ignore _associations set {side}_id = ? where {side}_type = ? and {side}_id in (?, ?)",
            [record, kind.name, *old],
        )
        portal.store.execute(
            f"delete from _associations where {side}_type = ? and {side}_id in (?, ?)", [kind.name, *old]
        )
