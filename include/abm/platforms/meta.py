"""Reach Meta's Marketing API: token, version, usage, and what each error code asks of the caller.

https://developers.facebook.com/docs/marketing-api/error-reference
https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from abm.errors import AbmError, ConfigurationError, ContractError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient
from abm.platforms.meta_usage import WINDOW, regain_seconds, told
from abm.rates import limiter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abm.settings import Connection

DEFAULT_BASE_URL = "https://graph.facebook.com"
DEFAULT_VERSION = "v25.0"
LONGEST_REASON = 255
REMOVAL_TOO_SMALL = "200/1870047"
FLAGGED = "100/1713230"
FLAGGED_FIELDS = "100/1713231"
UPDATE_FAILED = "2650"
NOT_VISIBLE = "100/33"
_WHERE = "connection abm_meta"
_VERSION = re.compile(r"v\d+\.\d+")
_APP_LIMIT_SECONDS = 3600.0  # the window of an app's limit
_LIMIT_SECONDS = {4: _APP_LIMIT_SECONDS, 17: 60.0, 32: 60.0, 613: 60.0}
_USE_CASE_LIMITS = range(80000, 80015)  # 80003 is that of Custom Audiences
_USE_CASE_SECONDS = 300.0  # where Meta does not say how long
_TRANSIENT = frozenset({1, 2})
_TOKEN = frozenset({102, 104, 190})
_OF_QUERY = 2500  # an unknown path, or a call without a token: only the message says which
_TERMS = frozenset({2655, 1870034, 1870090, 1870092})
_DEPRECATED_VERSION = frozenset({12, 2635})
_BLOCKED = 368
_WRITE_DENIED = 2654
_PERMISSIONS = frozenset({3, 10, 294, _WRITE_DENIED, *range(200, 294)})


@dataclass
class AccessToken:
    """A system user's access token, sent as it is: it does not expire, and a refused one is a person's to replace."""

    token: str = field(repr=False)

    def headers(self, client: httpx.Client) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> None:
        """Do nothing: Meta's tokens are not renewed by asking."""


def open_client(connection: Connection, transport: httpx.BaseTransport | None = None) -> PlatformClient:
    """Return a client; password is the token, extra may set `version`.

    It slows down as the account's usage, which Meta tells in headers, nears its limit, and stops at the limit.
    """
    if not connection.password:
        raise ConfigurationError(Fault(_WHERE, "has no password", "Set it to an access token with ads_management"))
    version = str(connection.extra.get("version", DEFAULT_VERSION))
    if not _VERSION.fullmatch(version):
        raise ConfigurationError(Fault(_WHERE, "its extra 'version' is none", f"Write it as {DEFAULT_VERSION}"))
    return PlatformClient(
        platform="meta",
        base_url=f"{(connection.base_url or DEFAULT_BASE_URL).rstrip('/')}/{version}",
        authentication=AccessToken(connection.password),
        classify=classify,
        limiter=limiter("meta", connection.password, [WINDOW]),
        told=told,
        is_expired=lambda _: False,
        transport=transport,
    )


def proof(connection: Connection) -> Mapping[str, str]:
    """Return the query that proves a call comes from the app; empty without extra `app_secret`."""
    secret = str(connection.extra.get("app_secret", ""))
    if not secret:
        return {}
    return {"appsecret_proof": hmac.new(secret.encode(), connection.password.encode(), hashlib.sha256).hexdigest()}


def body_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a successful answer; a body with `error` is none, whatever its status.

    Raises ContractError for anything that is not a JSON object.
    """
    body = _body(response)
    if "error" in body:
        raise classify(response)
    if not body:
        raise ContractError(
            f"Meta answered {response.status_code} with something that is not a JSON object. "
            "Check that the connection's host is Meta's Graph API."
        )
    return body


def classify(response: httpx.Response) -> AbmError:
    """Map an error answer to what the caller does next: by the code in its body, as Meta throttles with 400 too."""
    told = _body(response).get("error")
    error = told if isinstance(told, dict) else {}
    number, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    if number is None:
        return _without_code(response)
    code = f"{number}/{subcode}" if subcode else str(number)
    passing = _passing(response, error, number, code)
    return passing or _configuration(error, number, subcode, code) or _refused(response, error, code)


def _passing(response: httpx.Response, error: Mapping[str, Any], number: int, code: str) -> RetryableError | None:
    told = f"Meta answered {code}"
    if number in _USE_CASE_LIMITS:
        wait = regain_seconds(response.headers) or _USE_CASE_SECONDS
        return RetryableError(f"{told}: too many calls. The next run goes on.", code=code, retry_after=wait)
    if number in _LIMIT_SECONDS:
        wait = max(regain_seconds(response.headers), _LIMIT_SECONDS[number])
        return RetryableError(f"{told}: too many calls. It is tried again by itself.", code=code, retry_after=wait)
    is_server_error = response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
    if number in _TRANSIENT or error.get("is_transient") is True or is_server_error:
        return RetryableError(f"{told}. It is tried again by itself.", code=code)
    return None


def _configuration(error: Mapping[str, Any], number: int, subcode: int | None, code: str) -> ConfigurationError | None:
    remedy = None
    if code in {REMOVAL_TOO_SMALL, FLAGGED}:
        return None
    lacks_token = number == _OF_QUERY and "access token" in str(error.get("message")).lower()
    if number in _TOKEN or lacks_token:
        remedy = "Make a new access token of the system user, and check extra app_secret where it is set"
    elif number in _TERMS or subcode in _TERMS:
        remedy = "Accept the Custom Audience terms of the ad account in Meta's Business settings"
    elif number in _DEPRECATED_VERSION:
        remedy = "Set 'version' in its extra to a version of the Marketing API in support"
    elif number == _BLOCKED:
        remedy = "Meta has blocked the action for its policy: see Business Support Home before anything is sent again"
    elif number in _PERMISSIONS:
        remedy = "Give the token ads_management and its user the right to manage campaigns of the ad account"
    return ConfigurationError(Fault(_WHERE, f"Meta answered {code}", remedy)) if remedy else None


def _refused(response: httpx.Response, error: Mapping[str, Any], code: str) -> RefusedError:
    words = error.get("error_user_msg") or error.get("message") or "no message"
    return RefusedError(f"Meta answered {code}: {str(words)[:LONGEST_REASON]}", code=code, status=response.status_code)


def _without_code(response: httpx.Response) -> AbmError:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return RetryableError(f"Meta answered {status}. It is tried again by itself.", code=str(status))
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return ConfigurationError(Fault(_WHERE, f"Meta answered {status}", "Check the token and its permissions"))
    return RefusedError(f"Meta answered {status} without an error of its own", code=str(status), status=status)


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
