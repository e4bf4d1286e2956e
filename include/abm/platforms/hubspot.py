"""Reach HubSpot: bearer token, limits, paths, and what each error category asks of the caller.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import msgspec

from abm.errors import AbmError, ConfigurationError, ContractError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient
from abm.rates import Told, Window, limiter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.settings import Connection

Body = TypeVar("Body")

DEFAULT_BASE_URL = "https://api.hubapi.com"
DEFAULT_API_VERSION = "2026-09"
NUMBERED = "v3"  # the paths before date versions; associations are v4 there
# The smallest documented allowances of a private app; answers tell the account's own.
BURST_REQUESTS, BURST_SECONDS = 100, 10.0
DAILY_REQUESTS, DAY_SECONDS = 250_000, 86_400.0
SEARCHES_A_SECOND = 5  # for the whole account
_BURST, _DAY, _SEARCH = "burst", "day", "search"
_TOLD = {_BURST: "X-HubSpot-RateLimit-Max", _DAY: "X-HubSpot-RateLimit-Daily"}
_DAY_LEFT = "X-HubSpot-RateLimit-Daily-Remaining"
LONGEST_REASON = 255
_MIGRATION_IN_PROGRESS = 477
_LOCKED_SECONDS = 2.0
_ROLLING_SECONDS = 10.0
_UNTIL_TOMORROW = 86400.0
_OBJECT = msgspec.json.Decoder(dict[str, Any])


@dataclass
class BearerToken:
    """A private-app token or service key, sent as it is."""

    token: str = field(repr=False)

    def headers(self, client: httpx.Client) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> None:
        """Do nothing: these tokens do not expire, a second refusal is a fault of configuration."""


@dataclass(frozen=True)
class Paths:
    """Where each API lies: `/crm/objects/2026-09/companies`, or `/crm/v3/objects/companies` for `v3`."""

    version: str = DEFAULT_API_VERSION

    def objects(self, object_type: str) -> str:
        return f"{self._prefix('objects')}/{object_type}"

    def properties(self, object_type: str) -> str:
        return f"{self._prefix('properties')}/{object_type}"

    def associations(self, from_type: str, to_type: str) -> str:
        prefix = "/crm/v4/associations" if self.version == NUMBERED else self._prefix("associations")
        return f"{prefix}/{from_type}/{to_type}"

    @property
    def owners(self) -> str:
        return self._prefix("owners")

    def _prefix(self, api: str) -> str:
        return f"/crm/{NUMBERED}/{api}" if self.version == NUMBERED else f"/crm/{api}/{self.version}"


def paths(connection: Connection) -> Paths:
    """Return the paths of the version in extra `api_version`: a date version, or `v3` for the older ones."""
    return Paths(str(connection.extra.get("api_version", DEFAULT_API_VERSION)))


def open_client(connection: Connection, transport: httpx.BaseTransport | None = None) -> PlatformClient:
    """Return a client of the account; password is the token, extra `burst_requests` caps the rate (0: no limit)."""
    if not connection.password:
        raise ConfigurationError(
            Fault("connection abm_hubspot", "has no password", "Set it to the private-app token or service key")
        )
    return PlatformClient(
        platform="hubspot",
        base_url=connection.base_url or DEFAULT_BASE_URL,
        authentication=BearerToken(connection.password),
        classify=classify,
        limiter=limiter("hubspot", connection.password, _windows(connection)),
        kind_of=lambda _method, path: _SEARCH if path.endswith("/search") else "",
        told=told,
        transport=transport,
    )


def told(headers: Mapping[str, str]) -> Sequence[Told]:
    """Return the account's allowances and what is left of its day; searches are answered with the daily pair only."""
    found = {window: headers.get(name, "") for window, name in _TOLD.items()}
    left = headers.get(_DAY_LEFT, "")
    return [
        Told(window, int(limit), int(left) if window == _DAY and left.isdecimal() else None)
        for window, limit in found.items()
        if limit.isdecimal()
    ]


def body_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a successful answer; raises ContractError for anything else."""
    return decoded(response, _OBJECT)


def decoded(response: httpx.Response, decoder: msgspec.json.Decoder[Body]) -> Body:
    """Return of a successful answer what the decoder reads; raises ContractError for anything else."""
    try:
        return decoder.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ContractError(
            f"HubSpot answered {response.status_code} with something that is not a JSON object of its API. "
            "Check that the connection's host is HubSpot's API."
        ) from None


def classify(response: httpx.Response) -> AbmError:
    """Map an error answer to what the caller does next; every member of the body is optional."""
    status, body = response.status_code, _error_body(response)
    code, reason = code_and_reason(body, str(status))
    told = f"HubSpot answered {status} {code}"
    if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.LOCKED, _MIGRATION_IN_PROGRESS}:
        return RetryableError(
            f"{told}. It is tried again by itself.", code=code, retry_after=_wait_seconds(response, body)
        )
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return RetryableError(f"{told}. It is tried again by itself.", code=code)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return ConfigurationError(Fault("connection abm_hubspot", told, "Check the token and its scopes"))
    return RefusedError(reason, code=code, status=status)


def code_and_reason(error: Mapping[str, Any], default: str = "UNKNOWN") -> tuple[str, str]:
    """Return an error's most exact code, and what it is about in at most 255 characters.

    Where HubSpot lists faults by property, its message quotes the values sent: then code and property are told instead.
    """
    category = str(error.get("category") or error.get("errorType") or default)
    details = error.get("errors")
    faults = [_fault(item) for item in details if isinstance(item, dict)] if isinstance(details, list) else []
    if named := [fault for fault in faults if all(fault)]:
        return named[0][0], "; ".join(f"{code} of property {name}" for code, name in named)[:LONGEST_REASON]
    return category, str(error.get("message") or "HubSpot gave no message")[:LONGEST_REASON]


def _fault(item: Mapping[str, Any]) -> tuple[str, str]:
    context = item.get("context")
    names = context.get("propertyName") if isinstance(context, dict) else None
    return str(item.get("code") or ""), ", ".join(map(str, names)) if isinstance(names, list) else ""


def _windows(connection: Connection) -> Sequence[Window]:
    """Return the limits to keep to; searches count in all of them."""
    value = connection.extra.get("burst_requests")
    try:
        burst = BURST_REQUESTS if value is None else int(value)
    except (TypeError, ValueError):
        raise ConfigurationError(
            Fault("connection abm_hubspot", "burst_requests is not a number", "Set it to requests per 10 s, or 0")
        ) from None
    if burst <= 0:
        return ()
    return (
        Window(_BURST, BURST_SECONDS, burst, is_assumed=value is None),
        Window(_DAY, DAY_SECONDS, DAILY_REQUESTS, is_assumed=True),
        Window(_SEARCH, 1.0, SEARCHES_A_SECOND, frozenset({_SEARCH})),
    )


def _wait_seconds(response: httpx.Response, body: dict[str, Any]) -> float:
    after = response.headers.get("Retry-After", "")
    if after.isdecimal():
        return float(after)
    if response.status_code == httpx.codes.LOCKED:
        return _LOCKED_SECONDS
    message = str(body.get("message", "")).lower()
    if body.get("policyName") == "DAILY" or "daily limit" in message:
        return _UNTIL_TOMORROW
    is_secondly = body.get("policyName") == "SECONDLY" or "your secondly" in message
    return 1.0 if is_secondly else _ROLLING_SECONDS


def _error_body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
