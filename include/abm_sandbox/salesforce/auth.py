"""OAuth: tokens for client credentials, password and JWT bearer; who the user is; and the gate before the data API."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from typing import TYPE_CHECKING, Any

import orjson
from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from abm_sandbox.credentials import SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.salesforce.answers import Json
from abm_sandbox.salesforce.errors import SalesforceError, not_found
from abm_sandbox.salesforce.org import NEWEST_VERSION, OLDEST_VERSION, ORG_ID, USER_ID, Org

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 300
LONGEST_TARGET_BYTES = 16_384
_DATA_PATH = re.compile(r"/services/data/v(\d+)\.0(?:/|$)")


async def token(request: Request) -> Response:
    """Answer POST /services/oauth2/token."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    key, secret = _client(request, form)
    org: Org = request.app.state.org
    if problem := _problem(org, form, key, secret):
        code, description = problem
        return Json({"error": code, "error_description": description}, status_code=400)
    instance = str(request.base_url).rstrip("/")
    return Json(
        {
            "access_token": org.open_token(),
            "instance_url": instance,
            "id": f"{instance}/id/{ORG_ID}/{USER_ID}",
            "token_type": "Bearer",
            "issued_at": str(int(org.clock() * 1000)),
            "signature": base64.b64encode(secrets.token_bytes(32)).decode(),
            "scope": "api",
        }
    )


async def userinfo(request: Request) -> Response:
    if not request.app.state.org.accepts(_bearer(request.headers)):
        return Json({"error": "Bad_OAuth_Token"}, status_code=403)
    return Json({"user_id": USER_ID, "organization_id": ORG_ID, "active": True, "user_type": "STANDARD"})


async def revoke(request: Request) -> Response:
    form = await request.form()
    known = request.app.state.org.tokens.pop(str(form.get("token", "")), None)
    if known is None:
        return Json({"error": "unsupported_token_type", "error_description": "invalid token"}, status_code=400)
    return Response()


async def introspect(request: Request) -> Response:
    form = {name: str(value) for name, value in (await request.form()).items()}
    if _client(request, form) != (SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET):
        return Json({"error": "invalid_client", "error_description": "invalid client credentials"}, status_code=401)
    org: Org = request.app.state.org
    given = form.get("token", "")
    if not org.accepts(given):
        return Json({"active": False})
    return Json({"active": True, "scope": "api", "client_id": SALESFORCE_CONSUMER_KEY, "exp": int(org.tokens[given])})


class Gate:
    """ASGI middleware: token, API version and daily allowance before the data API, `Sforce-Limit-Info` after it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["path"] = scope["path"].rstrip("/") or "/"
        org: Org = scope["app"].state.org
        try:
            _admit(org, scope)
        except SalesforceError as error:
            await Json(error.body(), status_code=error.status)(scope, receive, send)
            return
        await self.app(scope, receive, _telling_usage(org, send))


def _admit(org: Org, scope: Scope) -> None:
    if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_TARGET_BYTES:
        raise SalesforceError(414, "URI_TOO_LONG", "The URI is longer than 16,384 bytes")
    if not scope["path"].startswith("/services/data/"):
        return
    version = _DATA_PATH.match(scope["path"])
    if version is None or not OLDEST_VERSION <= int(version[1]) <= NEWEST_VERSION:
        raise not_found()
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    if not org.accepts(_bearer(headers)):
        raise SalesforceError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    org.count_request()


def _telling_usage(org: Org, send: Send) -> Send:
    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Sforce-Limit-Info"] = f"api-usage={org.requests_used}/{org.daily_requests}"
        await send(message)

    return tell


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if given and scheme not in {"Bearer", "OAuth"}:
        raise SalesforceError(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
    return given


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        key, _, secret = base64.b64decode(given).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return key, secret


def _problem(org: Org, form: Mapping[str, str], key: str, secret: str) -> tuple[str, str] | None:
    grant = form.get("grant_type", "")
    if grant == JWT_BEARER:
        return _assertion_problem(org, form.get("assertion", ""))
    if grant not in {"client_credentials", "password"}:
        return "unsupported_grant_type", "grant type not supported"
    if key != SALESFORCE_CONSUMER_KEY:
        return "invalid_client_id", "client identifier invalid"
    if secret != SALESFORCE_CONSUMER_SECRET:
        return "invalid_client", "invalid client credentials"
    if grant == "password" and not (form.get("username") and form.get("password")):
        return "invalid_grant", "authentication failure"
    return None


def _assertion_problem(org: Org, assertion: str) -> tuple[str, str] | None:
    """Check the claims; the signature is not, for the sandbox holds no certificate of the caller's."""
    claims = _claims(assertion)
    if claims.get("iss") != SALESFORCE_CONSUMER_KEY:
        return "invalid_client_id", "client identifier invalid"
    if not claims.get("sub") or not claims.get("aud"):
        return "invalid_grant", "invalid assertion"
    ahead = float(claims.get("exp", 0)) - org.clock()
    return None if 0 < ahead <= LONGEST_ASSERTION_SECONDS else ("invalid_grant", "expired authorization code")


def _claims(assertion: str) -> dict[str, Any]:
    try:
        payload = assertion.split(".")[1]
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
