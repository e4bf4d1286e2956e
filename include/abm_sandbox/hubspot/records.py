"""Records as the API shows them, and requests as it takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.hubspot.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Row

    from starlette.requests import Request

    from abm_sandbox.hubspot.catalogue import ObjectType


def to_api(kind: ObjectType, row: Row, names: Iterable[str]) -> dict[str, Any]:
    columns = kind.columns
    record = {
        "id": row["id"],
        "properties": {name: row[columns.get(name, name)] for name in names},
        "createdAt": row["createdAt"],
        "updatedAt": row["updatedAt"],
        "archived": bool(row["archived"]),
    }
    if row["archivedAt"]:
        record["archivedAt"] = row["archivedAt"]
    return record


_LARGEST_INTEGER = 2**31 - 1


async def read_json(request: Request) -> dict[str, Any]:
    """Return the body's object; anything else is HubSpot's 400 for bodies it cannot read."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON on line 1, column 1: Cannot deserialize the request body")
    return body


def member(body: dict[str, Any], name: str, kind: type, default: Any = None) -> Any:
    """Return a member of the type the schema names; a missing one is the default, or an error without one."""
    value = body.get(name, default)
    if value is None and default is None:
        raise invalid(f"Some required fields were not set: [{name}]")
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"Invalid input JSON: '{name}' must be of type {kind.__name__}")
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise invalid(f"Invalid input JSON: '{name}' is out of range")
    return value


def texts(body: dict[str, Any], name: str) -> list[str]:
    values = member(body, name, list, [])
    if not all(isinstance(value, str) for value in values):
        raise invalid(f"Invalid input JSON: '{name}' must be a list of strings")
    return list(values)


def listed(request: Request, name: str) -> list[str]:
    """Return a query parameter given once with commas or several times."""
    return [part for value in request.query_params.getlist(name) for part in value.split(",") if part]


def flag(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise invalid(f"Query parameter '{name}' must be true or false")
    return value == "true"


def page_size(request: Request, default: int, largest: int) -> int:
    text = request.query_params.get("limit", str(default))
    if not text.isdecimal() or not 0 < int(text) <= largest:
        raise invalid(f"Query parameter 'limit' must be between 1 and {largest}")
    return int(text)


def paging(request: Request, after: str) -> dict[str, Any]:
    """Point to the next page; the link is absolute because some clients follow it as it is."""
    return {"next": {"after": after, "link": str(request.url.include_query_params(after=after))}}
