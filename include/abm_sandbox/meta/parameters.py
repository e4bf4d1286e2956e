"""The parameters of a call, wherever a client put them: the query, form fields, or one JSON body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.meta.errors import GraphError, documented, invalid

if TYPE_CHECKING:
    from starlette.requests import Request

    from abm_sandbox.meta.ad_account import AdAccount

_OBJECTS = frozenset({"payload", "session"})


async def read_parameters(request: Request) -> dict[str, Any]:
    """Return query, form and JSON in one; objects that came as JSON text are read."""
    parameters = {**request.query_params, **await _body(request)}
    if request.scope.get("state", {}).get("needs_form_token"):
        _check_form_token(account_of(request), parameters)
    return {name: _read(name, value) for name, value in parameters.items()}


def account_of(request: Request) -> AdAccount:
    account: AdAccount = request.app.state.ad_account
    return account


async def _body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    content = await request.body()
    if not content:
        return {}
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise invalid("The request body is not valid JSON") from None
    return body if isinstance(body, dict) else {}


def _check_form_token(account: AdAccount, parameters: dict[str, Any]) -> None:
    token = parameters.get("access_token")
    if not token:
        raise documented("no_token")
    account.check_token(token)


def _read(name: str, value: Any) -> Any:
    if name not in _OBJECTS or not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise GraphError(100, f"(#100) param {name} must be a JSON object.") from None
