"""Reach Salesforce: OAuth client credentials, API version, and what each error code asks of the caller.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from abm.errors import AbmError, ConfigurationError, ContractError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient
from abm.platforms.tokens import require_answer
from abm.rates import Told, Window, limiter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.settings import Connection

API_VERSION = "v67.0"
DATA_PATH = f"/services/data/{API_VERSION}"
RETRYABLE_CODES = frozenset(
    {"UNABLE_TO_LOCK_ROW", "UNKNOWN_EXCEPTION", "SERVER_UNAVAILABLE", "CONCURRENT_REQUESTS_LIMIT_EXCEEDED"}
)
_EXPIRED = "INVALID_SESSION_ID"
_CONCURRENT_SECONDS = 10.0
_DAY, _DAY_SECONDS = "day", 86400.0
_USAGE = re.compile(r"\bapi-usage=(\d+)/(\d+)")


@dataclass
class ClientCredentials:
    """The client-credentials flow: consumer key and secret against a token of the org's own host."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    user_id: str | None = None  # the integration user, known once there is a token
    _token: str | None = field(default=None, repr=False)

    def headers(self, client: httpx.Client) -> Mapping[str, str]:
        if self._token is None:
            self._token = self._fetch(client)
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> None:
        self._token = None

    def _fetch(self, client: httpx.Client) -> str:
        response = client.post(
            "/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.consumer_key,
                "client_secret": self.consumer_secret,
            },
        )
        require_answer("Salesforce", response)
        if response.status_code != httpx.codes.OK:
            raise ConfigurationError(
                Fault(
                    "connection abm_salesforce",
                    f"Salesforce refused the credentials ({_member(response, 'error')})",
                    "Check login (consumer key), password (consumer secret) and that the host is the org's My Domain",
                )
            )
        return self._read(response)

    def _read(self, response: httpx.Response) -> str:
        try:
            body: dict[str, Any] = response.json()
            self.user_id = str(body["id"]).rsplit("/", 1)[-1]
            return str(body["access_token"])
        except (ValueError, KeyError, TypeError) as error:
            raise ContractError(
                "Salesforce's answer to the token request holds no token. Check that the host is the org's My Domain."
            ) from error


def open_client(connection: Connection, transport: httpx.BaseTransport | None = None) -> PlatformClient:
    """Return a client of the org; login is the consumer key, password the consumer secret, host the My Domain URL."""
    if not connection.base_url:
        raise ConfigurationError(
            Fault("connection abm_salesforce", "has no host", "Set host to the org's My Domain URL")
        )
    return PlatformClient(
        platform="salesforce",
        base_url=connection.base_url,
        authentication=ClientCredentials(connection.login, connection.password),
        classify=classify,
        limiter=limiter("salesforce", f"{connection.base_url} {connection.login}", [Window(_DAY, _DAY_SECONDS)]),
        told=told,
        is_expired=lambda response: response.status_code == httpx.codes.UNAUTHORIZED and _code(response) == _EXPIRED,
        transport=transport,
    )


def told(headers: Mapping[str, str]) -> Sequence[Told]:
    """Return the org's requests of 24 hours and what is left of them; every answer of the REST API tells it."""
    usage = _USAGE.search(headers.get("Sforce-Limit-Info", ""))
    return [Told(_DAY, int(usage[2]), int(usage[2]) - int(usage[1]))] if usage else ()


def classify(response: httpx.Response) -> AbmError:
    """Map an error answer (a JSON array of message and errorCode) to what the caller does next."""
    status, code = response.status_code, _code(response)
    told = f"Salesforce answered {status} {code}"
    if code in RETRYABLE_CODES or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return RetryableError(f"{told}. It is tried again by itself.", code=code)
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limit_exceeded(response, told, code)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return ConfigurationError(
            Fault("connection abm_salesforce", told, "Check the integration user's permissions and API access")
        )
    return RefusedError(f"{told}: {_member(response, 'message')}", code=code, status=status)


def _limit_exceeded(response: httpx.Response, told: str, code: str) -> RetryableError:
    """One code, two limits: long requests at the same time pass in seconds, the day's allowance does not."""
    if "concurrent" in _member(response, "message").lower():
        return RetryableError(f"{told}. It is tried again by itself.", code=code, retry_after=_CONCURRENT_SECONDS)
    return RetryableError(
        f"{told}: the org's API requests of the last 24 hours are used up. The rows left come again in the next run; "
        "raise the allowance if this repeats.",
        code=code,
        retry_after=_DAY_SECONDS,
    )


def _code(response: httpx.Response) -> str:
    return _member(response, "errorCode")


def _member(response: httpx.Response, name: str) -> str:
    try:
        body: Any = response.json()
    except ValueError:
        return "NO_JSON"
    first = body[0] if isinstance(body, list) and body else body
    return str(first.get(name, "UNKNOWN")) if isinstance(first, dict) else "UNKNOWN"
