"""Reach Google's Data Manager API: its one client, and what each error asks of the caller.

https://developers.google.com/data-manager/api/devguides/errors
https://developers.google.com/data-manager/api/devguides/limits
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from abm.errors import AbmError, ConfigurationError, ContractError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient
from abm.platforms.google_credentials import LONGEST_REASON, WHERE, credentials_of
from abm.rates import Window, limiter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abm.settings import Connection

DEFAULT_BASE_URL = "https://datamanager.googleapis.com"
_MINUTE, _DAY = 60.0, 86_400.0
# Requests a minute and a day that a Cloud project has: writes of members, reads of their status, all other calls.
ALLOWANCES = {"mutate": (300, 100_000), "read": (300, 100_000), "other": (300, 50_000)}
_TRANSIENT = frozenset({408, 409})
_DENIED = frozenset({401, 403})
# Whatever their HTTP status, a person has to do something in Google Ads before any row can be sent.
_FOR_A_PERSON = {
    "TERMS_AND_CONDITIONS_NOT_SIGNED": "Accept the Customer Match terms in Google Ads, under Audience manager",
    "ADVERTISER_TOS_NOT_ACCEPTED": "Accept the terms of service in Google Ads",
    "EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED": "Make the declaration on EU political ads in Google Ads",
    "NOT_ALLOWLISTED": "Ask Google to allow Customer Match for the account",
    "OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH": "Correct account and login_account in its extra",
    "USER_LIST_TYPE_NOT_SUPPORTED_FOR_ACCOUNT": "Use an account that may hold Customer Match lists",
}
_MEMBER = re.compile(r"audience_members\[(\d+)\]")


@dataclass(frozen=True)
class Violation:
    """One field that Google calls wrong."""

    field: str
    reason: str
    description: str

    @property
    def member(self) -> int | None:
        """The index of the audience member it is in."""
        found = _MEMBER.match(self.field)
        return int(found[1]) if found else None


class InvalidRequestError(RefusedError):
    """Google refused the whole request; nothing of it was taken."""

    def __init__(self, message: str, *, code: str, status: int, violations: Sequence[Violation] = ()) -> None:
        self.violations = violations
        super().__init__(message, code=code, status=status)


def open_client(connection: Connection, transport: httpx.BaseTransport | None = None) -> PlatformClient:
    """Return a client by service account or refresh token; extra may set `requests_per_minute` (0: no limit)."""
    credentials = credentials_of(connection)
    return PlatformClient(
        platform="google",
        base_url=connection.base_url or DEFAULT_BASE_URL,
        authentication=credentials,
        classify=classify,
        limiter=limiter("google", credentials.identity, _windows(connection)),
        kind_of=_kind,
        transport=transport,
    )


def body_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a successful answer; raises ContractError for anything else."""
    body = _json(response)
    if not isinstance(body, dict):
        raise ContractError(
            f"Google answered {response.status_code} with something that is not a JSON object. "
            "Check that the connection's host is the Data Manager API."
        )
    return body


def classify(response: httpx.Response) -> AbmError:
    """Map an error answer to what the caller does next; every member of the body is optional."""
    status, error = response.status_code, _error(response)
    violations = list(_violations(error))
    code = _code(status, error, violations)
    told = f"Google answered {status} {code}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return _throttled(told, code, error)
    if (status in _TRANSIENT and code != "ALREADY_EXISTS") or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return RetryableError(f"{told}. It is tried again by itself.", code=code)
    if code in _FOR_A_PERSON:
        return ConfigurationError(Fault(WHERE, told, _FOR_A_PERSON[code]))
    if status in _DENIED:
        remedy = (
            "Check the credentials, that the Data Manager API is on in their project, and their role on the account"
        )
        return ConfigurationError(Fault(WHERE, told, remedy))
    message = str(error.get("message") or "no message")[:LONGEST_REASON]
    return InvalidRequestError(f"{told}: {message}", code=code, status=status, violations=violations)


def _throttled(told: str, code: str, error: Mapping[str, Any]) -> RetryableError:
    metadata = _detail(error, "ErrorInfo").get("metadata")
    limit = str(metadata.get("quota_limit", "")) if isinstance(metadata, dict) else ""
    if "PerDay" in limit:
        return RetryableError(
            f"{told} ({limit}): the day's requests are used up. The rows left come again in the next run.",
            code=code,
            retry_after=_DAY,
        )
    return RetryableError(f"{told} ({limit}). It is tried again by itself.", code=code, retry_after=_MINUTE)


def _code(status: int, error: Mapping[str, Any], violations: Sequence[Violation]) -> str:
    """Return the most exact reason: the first field's, else the request's, else Google's status."""
    named = [violation.reason for violation in violations if violation.reason]
    return str(named[0] if named else _detail(error, "ErrorInfo").get("reason") or error.get("status") or status)


def _violations(error: Mapping[str, Any]) -> Iterable[Violation]:
    given = _detail(error, "BadRequest").get("fieldViolations")
    for one in given if isinstance(given, list) else []:
        if isinstance(one, dict):
            description = str(one.get("description", ""))[:LONGEST_REASON]
            yield Violation(str(one.get("field", "")), str(one.get("reason") or ""), description)


def _detail(error: Mapping[str, Any], name: str) -> dict[str, Any]:
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and str(detail.get("@type", "")).endswith(f"google.rpc.{name}"):
            return detail
    return {}


def _error(response: httpx.Response) -> dict[str, Any]:
    body = _json(response)
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _json(response: httpx.Response) -> Any:
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None


def _kind(_method: str, path: str) -> str:
    if path.startswith("/v1/audienceMembers:"):
        return "mutate"
    return "read" if path.startswith("/v1/requestStatus") else "other"


def _windows(connection: Connection) -> Sequence[Window]:
    value = connection.extra.get("requests_per_minute")
    try:
        told = None if value is None else max(int(value), 0)
    except (TypeError, ValueError):
        raise ConfigurationError(
            Fault(WHERE, "requests_per_minute is not a number", "Set it to requests a minute, or 0 for no limit")
        ) from None
    if told == 0:
        return ()
    return [
        window
        for kind, (a_minute, a_day) in ALLOWANCES.items()
        for window in (
            Window(f"{kind} a minute", _MINUTE, told or a_minute, frozenset({kind})),
            Window(f"{kind} a day", _DAY, a_day, frozenset({kind})),
        )
    ]
