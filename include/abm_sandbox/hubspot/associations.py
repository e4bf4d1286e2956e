"""Associations v4: both directions are stored, and the request spells a type otherwise than the answer."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from abm_sandbox.hubspot.batch import batch_response, read_inputs
from abm_sandbox.hubspot.catalogue import BY_NAME, ObjectType
from abm_sandbox.hubspot.errors import ApiError, invalid, json_response, not_found
from abm_sandbox.hubspot.portal import Portal, portal_of
from abm_sandbox.hubspot.records import member, page_size, paging, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Row

    from starlette.requests import Request

MAX_CREATED, MAX_READ = 2000, 1000
LARGEST_PAGE = 500
DEFINED = "HUBSPOT_DEFINED"
# https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide: default type, and the primary company's
DEFAULT_TYPES = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
}
PRIMARY_TYPES = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
}
PRIMARY_LABEL = "Primary"
_OPPOSITE = {
    type_id: types[(pair[1], pair[0])] for types in (DEFAULT_TYPES, PRIMARY_TYPES) for pair, type_id in types.items()
}
_PRIMARY_IDS = frozenset(PRIMARY_TYPES.values())
_OF_PAIR = {pair: {type_id, PRIMARY_TYPES.get(pair, type_id)} for pair, type_id in DEFAULT_TYPES.items()}

Pair = tuple[str, str, str, str, int]


async def batch_read(request: Request) -> Response:
    portal = portal_of(request)
    source, target = _kinds(portal, request)
    inputs = read_inputs(await read_json(request), MAX_READ)
    wanted = {member(item, "id", str): str(item.get("after") or "") for item in inputs}
    found = _associated(portal, source, target, wanted)
    results = [_listed(record, found[record]) for record in wanted if record in found]
    errors = [_none_found(source, target, record) for record in wanted if record not in found]
    return batch_response(portal, results, errors)


async def batch_create(request: Request) -> Response:
    portal = portal_of(request)
    source, target = _kinds(portal, request)
    inputs = read_inputs(await read_json(request), MAX_CREATED)
    pairs: list[Pair] = []
    for item in inputs:
        types = _types(source, target, member(item, "types", list))
        pairs += [(source.name, _end(item, "from"), target.name, _end(item, "to"), type_id) for type_id in types]
    pairs, errors = _existing(portal, pairs)
    write_pairs(portal, pairs)
    results = [
        {
            "fromObjectTypeId": source.type_id,
            "fromObjectId": from_id,
            "toObjectTypeId": target.type_id,
            "toObjectId": to_id,
            "labels": [PRIMARY_LABEL] if any(pair[4] in _PRIMARY_IDS for pair in group) else [],
        }
        for (from_id, to_id), group in groupby(pairs, lambda pair: (pair[1], pair[3]))
    ]
    return batch_response(portal, results, errors, status=201)


async def batch_default(request: Request) -> Response:
    portal = portal_of(request)
    source, target = _kinds(portal, request)
    inputs = read_inputs(await read_json(request), MAX_CREATED)
    return _associate_default(portal, source, target, [(_end(item, "from"), _end(item, "to")) for item in inputs])


async def put_default(request: Request) -> Response:
    portal = portal_of(request)
    source, target = _kinds(portal, request)
    ends = request.path_params["record_id"], request.path_params["to_id"]
    return _associate_default(portal, source, target, [ends])


async def batch_archive(request: Request) -> Response:
    portal = portal_of(request)
    source, target = _kinds(portal, request)
    inputs = read_inputs(await read_json(request), MAX_CREATED)
    ends = [(_end(item, "from"), member(to, "id", str)) for item in inputs for to in member(item, "to", list)]
    _delete(portal, source, target, ends)
    return Response(status_code=204)


async def list_page(request: Request) -> Response:
    portal = portal_of(request)
    source, target = _kinds(portal, request)
    size = page_size(request, LARGEST_PAGE, LARGEST_PAGE)
    record = request.path_params["record_id"]
    found = _associated(portal, source, target, {record: request.query_params.get("after", "")})
    to = _listed(record, found.get(record, []), size)
    body: dict[str, Any] = {"results": to["to"]}
    if "paging" in to:
        body["paging"] = paging(request, to["paging"]["next"]["after"])
    return json_response(body)


def write_pairs(portal: Portal, pairs: Iterable[Pair]) -> None:
    """Store associations and their opposites; a primary one is a default one as well."""
    rows: list[Pair] = []
    for from_type, from_id, to_type, to_id, type_id in pairs:
        for each in {type_id, DEFAULT_TYPES[(from_type, to_type)]}:
            rows.append((from_type, from_id, to_type, to_id, each))
            rows.append((to_type, to_id, from_type, from_id, _OPPOSITE[each]))
    with portal.store.transaction():
        portal.store.execute_many("insert or ignore into _associations values (?, ?, ?, ?, ?)", rows)


def inline(portal: Portal, kind: ObjectType, results: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """Add to each result the ids associated with it, as list and read do when asked."""
    for name in names:
        if name not in BY_NAME:
            raise invalid(f"Unable to infer object type from: {name}")
        target = BY_NAME[name]
        found = _associated(portal, kind, target, {record["id"]: "" for record in results})
        for record in results:
            if record["id"] in found:
                ids = dict.fromkeys(row["to_id"] for row in found[record["id"]])
                listed = [{"id": to_id, "type": f"{kind.singular}_to_{target.singular}"} for to_id in ids]
                record.setdefault("associations", {})[target.name] = {"results": listed}


def validate_types(kind: ObjectType, associations: Sequence[Any]) -> list[tuple[str, str, int]]:
    """Return target type, id and type id of the associations a new record brings along."""
    pairs: list[tuple[str, str, int]] = []
    for item in associations:
        to_id = member(member(item, "to", dict), "id", str)
        for spec in member(item, "types", list):
            type_id = _type_id(spec)
            target = next((pair[1] for pair, ids in _OF_PAIR.items() if pair[0] == kind.name and type_id in ids), None)
            if target is None:
                raise invalid(f"invalid association type {type_id} from {kind.name}")
            pairs.append((target, to_id, type_id))
    return pairs


def _associate_default(
    portal: Portal, source: ObjectType, target: ObjectType, ends: Sequence[tuple[str, str]]
) -> Response:
    type_id = _types(source, target, [])[0]
    pairs, errors = _existing(portal, [(source.name, a, target.name, b, type_id) for a, b in ends])
    write_pairs(portal, pairs)
    results = [
        {
            "from": {"id": from_id},
            "to": {"id": to_id},
            "associationSpec": {"associationCategory": DEFINED, "associationTypeId": each},
        }
        for from_type, from_id, _, to_id, each in _with_opposites(pairs)
    ]
    return batch_response(portal, results, errors)


def _with_opposites(pairs: Iterable[Pair]) -> Iterable[Pair]:
    for from_type, from_id, to_type, to_id, type_id in pairs:
        yield from_type, from_id, to_type, to_id, type_id
        yield to_type, to_id, from_type, from_id, _OPPOSITE[type_id]


def _kinds(portal: Portal, request: Request) -> tuple[ObjectType, ObjectType]:
    return portal.kind(request), portal.kind(request, "to_type")


def _end(item: dict[str, Any], name: str) -> str:
    end: str = member(member(item, name, dict), "id", str)
    return end


def _types(source: ObjectType, target: ObjectType, specs: Sequence[Any]) -> list[int]:
    allowed = _OF_PAIR.get((source.name, target.name))
    if allowed is None:
        raise invalid(f"No association type exists from {source.name} to {target.name}")
    ids = [_type_id(spec) for spec in specs]
    if not allowed.issuperset(ids):
        raise invalid(f"invalid association type for {source.name} to {target.name}, allowed are {sorted(allowed)}")
    return ids or [DEFAULT_TYPES[(source.name, target.name)]]


def _type_id(spec: Any) -> int:
    type_id: int = member(spec if isinstance(spec, dict) else {}, "associationTypeId", int)
    return type_id


def _existing(portal: Portal, pairs: Sequence[Pair]) -> tuple[list[Pair], list[dict[str, Any]]]:
    """Return the pairs whose records both exist, and an error for each other."""
    ends = {(pair[0], pair[1]) for pair in pairs} | {(pair[2], pair[3]) for pair in pairs}
    known: set[tuple[str, str]] = set()
    for kind in {kind for kind, _ in ends}:
        ids = orjson.dumps([record for each, record in ends if each == kind]).decode()
        rows = portal.store.execute(
            f"select id from {kind} where archived = 0 and id in (select value from json_each(?))", [ids]
        )
        known |= {(kind, row["id"]) for row in rows}
    good = [pair for pair in pairs if (pair[0], pair[1]) in known and (pair[2], pair[3]) in known]
    lost = dict.fromkeys((pair[1], pair[3]) for pair in pairs if pair not in set(good))
    errors = [
        not_found("One or both of the records do not exist", fromObjectId=[from_id], toObjectId=[to_id]).in_batch()
        for from_id, to_id in lost
    ]
    return good, errors


def _associated(portal: Portal, source: ObjectType, target: ObjectType, after: dict[str, str]) -> dict[str, list[Row]]:
    """Return the stored associations of each record beyond its own `after`, in the order of their ids."""
    # Associations of archived records are gone, as in HubSpot; they come back with the record.
    rows = portal.store.execute(
        "select a.from_id, a.to_id, a.type_id from json_each(?) wanted join _associations a "
        "on a.from_type = ? and a.from_id = wanted.key and a.to_type = ? and a.to_id > wanted.value "
        f"join {source.name} source on source.id = a.from_id and source.archived = 0 "
        f"join {target.name} target on target.id = a.to_id and target.archived = 0 "
        "order by a.from_id, a.to_id, a.type_id",
        [orjson.dumps(after).decode(), source.name, target.name],
    )
    return {record: list(group) for record, group in groupby(rows, lambda row: str(row["from_id"]))}


def _listed(record: str, rows: Sequence[Row], size: int = LARGEST_PAGE) -> dict[str, Any]:
    grouped = [(to_id, list(group)) for to_id, group in groupby(rows, lambda row: row["to_id"])]
    result: dict[str, Any] = {
        "from": {"id": record},
        "to": [
            {"toObjectId": to_id, "associationTypes": [_type(row["type_id"]) for row in group]}
            for to_id, group in grouped[:size]
        ],
    }
    if len(grouped) > size:
        result["paging"] = {"next": {"after": grouped[size - 1][0]}}
    return result


def _type(type_id: int) -> dict[str, Any]:
    spec: dict[str, Any] = {"category": DEFINED, "typeId": type_id}
    return {**spec, "label": PRIMARY_LABEL} if type_id in _PRIMARY_IDS else spec


def _none_found(source: ObjectType, target: ObjectType, record: str) -> dict[str, Any]:
    return ApiError(
        404,
        "OBJECT_NOT_FOUND",
        f"No {target.singular} is associated with {source.singular} {record}.",
        context={"fromObjectId": [record], "fromObjectType": [source.singular], "toObjectType": [target.singular]},
    ).in_batch()


def _delete(portal: Portal, source: ObjectType, target: ObjectType, ends: Sequence[tuple[str, str]]) -> None:
    both = [(source.name, a, target.name, b) for a, b in ends] + [(target.name, b, source.name, a) for a, b in ends]
    with portal.store.transaction():
        portal.store.execute_many(
            "delete from _associations where from_type = ? and from_id = ? and to_type = ? and to_id = ?", both
        )
