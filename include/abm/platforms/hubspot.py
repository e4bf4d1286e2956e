"""Reach HubSpot: bearer token, rate budget, and what each error category asks of the caller.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from abm.errors import AbmError, ConfigurationError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient, RateBudget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abm.settings import Connection

DEFAULT_BASE_URL = "https://api.hubapi.com"
BURST_REQUESTS, BURST_SECONDS = 100, 10.0  # the smallest documented allowance of a private app
_MIGRATION_IN_PROGRESS = 477
_LOCKED_SECONDS = 2.0
_ROLLING_SECONDS = 10.0
_UNTIL_TOMORROW = 86400.0


@dataclass
class BearerToken:
    """A private-app token or service key, sent as it is."""

    token: str = field(repr=False)

    def headers(self, client: httpx.Client) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> None:
        """Do nothing: these tokens do not expire, a second refusal is a fault of configuration."""


def open_client(connection: Connection, transport: httpx.BaseTransport | None = None) -> PlatformClient:
    """Return a client of the account; password is the token, extra `burst_requests` raises the rate (0: no limit)."""
    if not connection.password:
        raise ConfigurationError(
            Fault("connection abm_hubspot", "has no password", "Set it to the private-app token or service key")
        )
    burst = int(connection.extra.get("burst_requests", BURST_REQUESTS))
    return PlatformClient(
        platform="hubspot",
        base_url=connection.base_url or DEFAULT_BASE_URL,
        authentication=BearerToken(connection.password),
        classify=classify,
        budget=RateBudget(burst or None, BURST_SECONDS),
        transport=transport,
    )


def classify(response: httpx.Response) -> AbmError:
    """Map an error answer to what the caller does next; every member of the body is optional."""
    status, body = response.status_code, _body(response)
    code = str(body.get("category") or body.get("errorType") or status)
    told = f"HubSpot answered {status} {code}"
    if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.LOCKED, _MIGRATION_IN_PROGRESS}:
        return RetryableError(
            f"{told}. It is tried again by itself.", code=code, retry_after=_wait_seconds(response, body)
        )
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return RetryableError(f"{told}. It is tried again by itself.", code=code)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return ConfigurationError(Fault("connection abm_hubspot", told, "Check the token and its scopes"))
    return RefusedError(f"{told}: {body.get('message', 'no message')}", code=code, status=status)


def _wait_seconds(response: httpx.Response, body: dict[str, Any]) -> float:
    if "Retry-After" in response.headers:
        return float(response.headers["Retry-After"])
    if response.status_code == httpx.codes.LOCKED:
        return _LOCKED_SECONDS
    if body.get("policyName") == "DAILY":
        return _UNTIL_TOMORROW
    is_secondly = body.get("policyName") == "SECONDLY" or "secondly" in str(body.get("message", ""))
    return 1.0 if is_secondly else _ROLLING_SECONDS


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
