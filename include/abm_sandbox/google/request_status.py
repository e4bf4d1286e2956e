"""GET /v1/requestStatus:retrieve: what became of a request, destination by destination.

https://developers.google.com/data-manager/api/devguides/diagnostics
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.google.bodies import account_of
from abm_sandbox.google.errors import Json, invalid

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def retrieve(request: Request) -> Response:
    request_id = request.query_params.get("requestId")
    if not request_id:
        raise invalid("request_id", "REQUIRED_FIELD_MISSING", "The request id is required.")
    return Json(account_of(request).status_of(request_id))
