"""Owners: the users records belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm_sandbox.hubspot.catalogue import HUBSPOT_CREATED_AT
from abm_sandbox.hubspot.errors import json_response, not_found
from abm_sandbox.hubspot.portal import portal_of
from abm_sandbox.hubspot.records import flag, page_size, paging

if TYPE_CHECKING:
    from sqlite3 import Row

    from starlette.requests import Request
    from starlette.responses import Response

DEFAULT_PAGE, LARGEST_PAGE = 100, 500


async def list_page(request: Request) -> Response:
    portal = portal_of(request)
    size = page_size(request, DEFAULT_PAGE, LARGEST_PAGE)
    email = request.query_params.get("email")
    rows = portal.store.execute(
        "select * from owners where archived = ? and id > ? and (? is null or lower(email) = lower(?)) "
        "order by id limit ?",
        [flag(request, "archived"), request.query_params.get("after", ""), email, email, size + 1],
    )
    body: dict[str, Any] = {"results": [_to_api(row) for row in rows[:size]]}
    if len(rows) > size:
        body["paging"] = paging(request, rows[size - 1]["id"])
    return json_response(body)


async def read(request: Request) -> Response:
    rows = portal_of(request).store.execute(
        "select * from owners where id = ? and archived = ?",
        [request.path_params["owner_id"], flag(request, "archived")],
    )
    if not rows:
        raise not_found()
    return json_response(_to_api(rows[0]))


def _to_api(row: Row) -> dict[str, Any]:
    owner = {
        "id": row["id"],
        "type": "PERSON",
        "archived": bool(row["archived"]),
        "createdAt": HUBSPOT_CREATED_AT,
        "updatedAt": HUBSPOT_CREATED_AT,
    }
    return owner | {name: row[name] for name in ("email", "firstName", "lastName") if row[name] is not None}
