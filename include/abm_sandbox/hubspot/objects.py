"""One record at a time, and the list of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from abm_sandbox.hubspot import writing
from abm_sandbox.hubspot.associations import inline, validate_types, write_pairs
from abm_sandbox.hubspot.errors import ApiError, invalid, json_response, not_found
from abm_sandbox.hubspot.portal import Portal, portal_of
from abm_sandbox.hubspot.records import flag, listed, member, page_size, paging, read_json, to_api
from abm_sandbox.hubspot.writing import Write

if TYPE_CHECKING:
    from starlette.requests import Request

    from abm_sandbox.hubspot.catalogue import ObjectType

DEFAULT_PAGE, LARGEST_PAGE = 10, 100


async def list_page(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    size = page_size(request, DEFAULT_PAGE, LARGEST_PAGE)
    names = portal.known(kind, listed(request, "properties"))
    after = request.query_params.get("after", "")
    rows = portal.rows(
        kind, names, "archived = ? and id > ? order by id limit ?", [flag(request, "archived"), after, size + 1]
    )
    page = rows[:size]
    results = [to_api(kind, row, names) for row in page]
    inline(portal, kind, results, listed(request, "associations"))
    body: dict[str, Any] = {"results": results}
    if len(rows) > size:
        body["paging"] = paging(request, page[-1]["id"])
    return json_response(body)


async def read(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    names = portal.known(kind, listed(request, "properties"))
    record = _find(portal, kind, request)
    rows = portal.rows(kind, names, "id = ? and archived = ?", [record, flag(request, "archived")])
    if not rows:
        raise not_found()
    results = [to_api(kind, rows[0], names)]
    inline(portal, kind, results, listed(request, "associations"))
    return json_response(results[0])


async def create(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    body = await read_json(request)
    write = Write("", writing.check_values(portal, kind, member(body, "properties", dict)))
    pairs = validate_types(kind, member(body, "associations", list, []))
    for conflict in writing.taken(portal, kind, [write]).values():
        raise conflict
    record = writing.create(portal, kind, [write])[0]
    write_pairs(portal, [(kind.name, record["id"], *pair) for pair in pairs])
    return json_response(record, 201)


async def update(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    body = await read_json(request)
    values = writing.check_values(portal, kind, member(body, "properties", dict))
    record = _find(portal, kind, request)
    records, _ = writing.update(portal, kind, [Write(record, values)])
    if record not in records:
        raise not_found()
    return json_response(records[record])


async def archive(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    writing.archive(portal, kind, [request.path_params["record_id"]])
    return Response(status_code=204)


def _find(portal: Portal, kind: ObjectType, request: Request) -> str:
    """Return the id of the record a path names, by id or by `idProperty`."""
    value: str = request.path_params["record_id"]
    name = request.query_params.get("idProperty")
    if name in {None, "hs_object_id"}:
        return portal.current_id(kind, value)
    definition = portal.properties[kind.name].get(str(name))
    if definition is None or not definition.is_unique:
        raise invalid(f"Property '{name}' does not have unique values and cannot be used as idProperty")
    found = writing.ids_by_unique(portal, kind, definition.name, [value])
    if value not in found:
        raise ApiError(404, "OBJECT_NOT_FOUND", "resource not found")
    return found[value]
