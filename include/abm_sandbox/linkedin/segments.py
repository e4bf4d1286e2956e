"""/rest/dmpSegments: create, find, read, rename, delete.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segments
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from abm_sandbox.linkedin.errors import ApiError, Json, invalid

if TYPE_CHECKING:
    from sqlite3 import Row

    from starlette.requests import Request

    from abm_sandbox.linkedin.ad_account import AdAccount

MOST_FOUND = 100
_TYPES = frozenset({"USER", "COMPANY", "USER_LIST_UPLOAD", "COMPANY_LIST_UPLOAD"})
_REQUIRED = ("name", "sourcePlatform", "account", "type")
_FINDER_FILTERS = ("account", "sourcePlatform", "sourceSegmentId")
_ACCOUNT_URN = re.compile(r"urn:li:sponsoredAccount:\d+")


async def create(request: Request) -> Response:
    """Answer POST /dmpSegments: 201, no body, the id in a header (and in its older name)."""
    if method(request, "CREATE") != "CREATE":
        raise invalid("This resource takes one segment a request")
    body = await read_object(request)
    account = account_of(request)
    for name in _REQUIRED:
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise invalid(f"/{name} :: field is required but not found and has no default value", "MISSING_FIELD")
    _check_account_urn(body["account"])
    if body["type"] not in _TYPES:
        raise invalid(f"/type :: {body['type']} is not an enum symbol")
    if body.get("destinations") not in ([{"destination": "LINKEDIN"}], None):
        raise invalid("/destinations :: must be LINKEDIN")
    account.check_account(body["account"], writes=True)
    segment_id = account.add_segment(
        {
            **{name: body[name] for name in _REQUIRED},
            "accessPolicy": body.get("accessPolicy", "PRIVATE"),
            "sourceSegmentId": body.get("sourceSegmentId"),
        }
    )
    headers = {"x-restli-id": segment_id, "x-linkedin-id": segment_id, "location": f"/rest/dmpSegments/{segment_id}"}
    return Response(status_code=201, headers=headers)


async def find(request: Request) -> Response:
    """Answer GET /dmpSegments?q=account: segments of one account, by source where asked."""
    query = request.query_params
    if query.get("q") != "account":
        raise invalid("Query parameter q must name a finder: account", "ILLEGAL_ARGUMENT")
    _check_account_urn(query.get("account", ""))
    account = account_of(request)
    account.check_account(query["account"], writes=False)
    start, count = _number(query.get("start", "0")), min(_number(query.get("count", "10")), MOST_FOUND)
    where = {name: query[name] for name in _FINDER_FILTERS if name in query}
    total, rows = account.find(where, start, count)
    paging = {"start": start, "count": count, "total": total, "links": _links(request, start, count, total)}
    return Json({"paging": paging, "elements": [_element(account, row) for row in rows]})


async def read(request: Request) -> Response:
    account = account_of(request)
    return Json(_element(account, account.segment(request.path_params["id"])))


async def update(request: Request) -> Response:
    """Answer POST /dmpSegments/{id}: a partial update; only the name can be changed here."""
    if method(request, "") != "PARTIAL_UPDATE":
        raise invalid("X-RestLi-Method must be PARTIAL_UPDATE")
    patch = (await read_object(request)).get("patch")
    values = patch.get("$set") if isinstance(patch, dict) else None
    if not isinstance(values, dict) or not isinstance(values.get("name"), str) or len(values) > 1:
        raise invalid("/patch/$set :: only name can be changed")
    account = account_of(request)
    account.check_account(account.urn, writes=True)
    account.segment(request.path_params["id"])
    account.rename(request.path_params["id"], values["name"])
    return Response(status_code=204)


async def delete(request: Request) -> Response:
    account = account_of(request)
    account.check_account(account.urn, writes=True)
    account.segment(request.path_params["id"])
    account.delete(request.path_params["id"])
    return Response(status_code=204)


def account_of(request: Request) -> AdAccount:
    account: AdAccount = request.app.state.ad_account
    return account


def method(request: Request, default: str) -> str:
    return request.headers.get("x-restli-method", default).upper()


async def read_object(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "INVALID_JSON", "Cannot parse the request entity as a JSON object")
    return body


def _element(account: AdAccount, row: Row) -> dict[str, Any]:
    counts = account.destination(row)
    created, modified = int(row["created"] * 1000), int(row["lastModified"] * 1000)
    inputs = counts.pop("inputCount")
    source = {} if row["sourceSegmentId"] is None else {"sourceSegmentId": row["sourceSegmentId"]}
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in ("name", "type", "account", "accessPolicy", "sourcePlatform")},
        **source,
        "inputCount": inputs,
        "destinations": [
            {
                "destination": "LINKEDIN",
                **counts,
                "destinationSegmentId": f"urn:li:adSegment:{row['id']}",
                "created": created,
                "lastModified": modified,
            }
        ],
        "created": created,
        "lastModified": modified,
    }


def _check_account_urn(urn: str) -> None:
    # A URN that was percent-encoded twice arrives with its percent signs: the classic mistake with Rest.li.
    if not _ACCOUNT_URN.fullmatch(urn):
        raise invalid("/account :: is not a sponsored account URN")


def _number(text: str) -> int:
    if not text.isdecimal():
        raise invalid("start and count must be numbers", "ILLEGAL_ARGUMENT")
    return int(text)


def _links(request: Request, start: int, count: int, total: int) -> list[dict[str, str]]:
    links = []
    if start > 0:
        links.append(_link(request, "prev", max(start - count, 0), count))
    if count and start + count < total:
        links.append(_link(request, "next", start + count, count))
    return links


def _link(request: Request, relation: str, start: int, count: int) -> dict[str, str]:
    url = request.url.include_query_params(start=start, count=count)
    return {"rel": relation, "type": "application/json", "href": f"{url.path}?{url.query}"}
