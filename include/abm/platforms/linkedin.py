"""Reach LinkedIn's Marketing API: member token, version header, and what each status asks of the caller.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segments
https://learn.microsoft.com/en-us/linkedin/marketing/versioning
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from abm.errors import AbmError, ConfigurationError, ContractError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient
from abm.platforms.tokens import require_answer
from abm.rates import Window, limiter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.settings import Connection

DEFAULT_BASE_URL = "https://api.linkedin.com"
TOKEN_BASE_URL = "https://www.linkedin.com"  # noqa: S105 (a host, no token)
DEFAULT_VERSION = "202608"
# Requests a minute and member that add or remove; LinkedIn tells no other limit and none in its answers.
A_MINUTE = {"companies": 300, "users": 600}
MINUTE = 60.0
LONGEST_REASON = 255
_TRANSIENT = frozenset({408, 409, 423})
_DENIED = frozenset({401, 403})
_THROTTLED_SECONDS = 60.0
_VERSION_RETIRED = 426
_WHERE = "connection abm_linkedin"


@dataclass
class MemberToken:
    """A member's access token; with a refresh token it is exchanged for a new one when LinkedIn calls it expired."""

    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_base_url: str = TOKEN_BASE_URL

    def headers(self, client: httpx.Client) -> Mapping[str, str]:
        if not self.token:
            self.token = self._fetch(client)
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> None:
        """Forget the token where another can be had; without a refresh token a second refusal tells the person."""
        if self.refresh_token:
            self.token = ""

    def _fetch(self, client: httpx.Client) -> str:
        response = client.post(
            f"{self.token_base_url}/oauth/v2/accessToken",
            data={
                "grant_type": "refresh_token",
                "refresh_token": self.refresh_token,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            },
        )
        require_answer("LinkedIn", response)
        token = _body(response).get("access_token")
        if response.status_code != httpx.codes.OK or not isinstance(token, str):
            error = str(_body(response).get("error", response.status_code))
            raise ConfigurationError(
                Fault(
                    _WHERE,
                    f"LinkedIn gave no token for its refresh token ({error[:LONGEST_REASON]})",
                    "Authorise the application again; check login (client id) and extra client_secret, refresh_token",
                )
            )
        return token


def open_client(connection: Connection, transport: httpx.BaseTransport | None = None) -> PlatformClient:
    """Return a client; password is the token, extra may set `version` and `requests_per_minute` (0: no limit).

    With extra `refresh_token` and `client_secret`, and the client id as login, expired tokens are renewed.
    """
    refresh_token = str(connection.extra.get("refresh_token", ""))
    if not connection.password and not refresh_token:
        raise ConfigurationError(Fault(_WHERE, "has no password", "Set it to an access token with rw_dmp_segments"))
    return PlatformClient(
        platform="linkedin",
        base_url=connection.base_url or DEFAULT_BASE_URL,
        authentication=MemberToken(
            connection.password,
            refresh_token,
            connection.login,
            str(connection.extra.get("client_secret", "")),
            connection.base_url or TOKEN_BASE_URL,
        ),
        classify=classify,
        limiter=limiter("linkedin", connection.password or refresh_token, _windows(connection)),
        kind_of=lambda _method, path: path.rpartition("/")[2],
        default_headers={
            "LinkedIn-Version": str(connection.extra.get("version", DEFAULT_VERSION)),
            "X-Restli-Protocol-Version": "2.0.0",
        },
        transport=transport,
    )


def body_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a successful answer; raises ContractError for anything else."""
    body = _body(response)
    if not body:
        raise ContractError(
            f"LinkedIn answered {response.status_code} with something that is not a JSON object. "
            "Check that the connection's host is LinkedIn's API."
        )
    return body


def classify(response: httpx.Response) -> AbmError:
    """Map an error answer to what the caller does next; every member of the body is optional."""
    status, body = response.status_code, _body(response)
    code = str(body.get("code") or body.get("serviceErrorCode") or status)
    told = f"LinkedIn answered {status} {code}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return RetryableError(f"{told}. It is tried again by itself.", code=code, retry_after=_THROTTLED_SECONDS)
    if status in _TRANSIENT or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return RetryableError(f"{told}. It is tried again by itself.", code=code)
    if status in _DENIED:
        return ConfigurationError(Fault(_WHERE, told, "Check the token, its scope and the role on the ad account"))
    if status == _VERSION_RETIRED or "VERSION" in code:
        return ConfigurationError(Fault(_WHERE, told, "Set 'version' in its extra to a supported LinkedIn-Version"))
    message = str(body.get("message") or "no message")[:LONGEST_REASON]
    return RefusedError(f"{told}: {message}", code=code, status=status)


def _windows(connection: Connection) -> Sequence[Window]:
    value = connection.extra.get("requests_per_minute")
    try:
        told = None if value is None else max(int(value), 0)
    except (TypeError, ValueError):
        raise ConfigurationError(
            Fault(_WHERE, "requests_per_minute is not a number", "Set it to requests a minute, or 0 for no limit")
        ) from None
    if told == 0:
        return ()
    return [Window(kind, MINUTE, told or most, frozenset({kind})) for kind, most in A_MINUTE.items()]


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
