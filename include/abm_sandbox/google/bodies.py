"""What the endpoints share: the account behind the app, and a request's body as a JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.google.errors import ApiError

if TYPE_CHECKING:
    from starlette.requests import Request

    from abm_sandbox.google.ads_account import AdsAccount


def account_of(request: Request) -> AdsAccount:
    account: AdsAccount = request.app.state.ads_account
    return account


async def read_object(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "Invalid JSON payload received. Expected an object.", reason="INVALID_FORMAT")
    return body
