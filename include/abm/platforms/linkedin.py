"""Reach LinkedIn's Marketing API: bearer token, version header, and what each status asks of the caller.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segments
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from abm.errors import AbmError, ConfigurationError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient, RateBudget
from abm.platforms.hubspot import BearerToken

if TYPE_CHECKING:
    from abm.settings import Connection

DEFAULT_BASE_URL = "https://api.linkedin.com"
DEFAULT_VERSION = "202608"
COMPANIES_A_MINUTE = 200  # the older, smaller of the two documented rates of /companies
_TRANSIENT = frozenset({408, 409, 423})
_THROTTLED_SECONDS = 60.0
_VERSION_RETIRED = 426


def open_client(connection: Connection, transport: httpx.BaseTransport | None = None) -> PlatformClient:
    """Return a client; password is the token, extra may set `version` and `requests_per_minute` (0: no limit)."""
    if not connection.password:
        raise ConfigurationError(
            Fault("connection abm_linkedin", "has no password", "Set it to an access token with rw_dmp_segments")
        )
    rate = int(connection.extra.get("requests_per_minute", COMPANIES_A_MINUTE))
    return PlatformClient(
        platform="linkedin",
        base_url=connection.base_url or DEFAULT_BASE_URL,
        authentication=BearerToken(connection.password),
        classify=classify,
        budget=RateBudget(rate or None, 60.0),
        default_headers={
            "LinkedIn-Version": str(connection.extra.get("version", DEFAULT_VERSION)),
            "X-Restli-Protocol-Version": "2.0.0",
        },
        transport=transport,
    )


def classify(response: httpx.Response) -> AbmError:
    """Map an error answer to what the caller does next; every member but the status is optional."""
    status, body = response.status_code, _body(response)
    code = str(body.get("code") or body.get("serviceErrorCode") or status)
    told = f"LinkedIn answered {status} {code}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return RetryableError(f"{told}. It is tried again by itself.", code=code, retry_after=_THROTTLED_SECONDS)
    if status in _TRANSIENT or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return RetryableError(f"{told}. It is tried again by itself.", code=code)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return ConfigurationError(
            Fault("connection abm_linkedin", told, "Check the token, its scope and the role on the ad account")
        )
    if status == _VERSION_RETIRED:
        return ConfigurationError(
            Fault("connection abm_linkedin", told, "Set 'version' in its extra to a supported LinkedIn-Version")
        )
    return RefusedError(f"{told}: {body.get('message', 'no message')}", code=code, status=status)


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
