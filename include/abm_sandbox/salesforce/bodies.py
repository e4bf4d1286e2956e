"""Bodies that come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.salesforce.errors import SalesforceError

if TYPE_CHECKING:
    from starlette.requests import Request


async def read_json(request: Request) -> dict[str, Any]:
    """Return the body's JSON object; anything else is a JSON_PARSER_ERROR."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f"Unexpected character: {error}") from error
    if not isinstance(body, dict):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "The HTTP entity body must be a JSON object")
    return body
