"""Every error that HubSpot's contract lists, by name: answers to whole requests, and errors inside a 207.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm_sandbox.faults import Answer
from abm_sandbox.hubspot.errors import CONFLICT, OBJECT_NOT_FOUND, VALIDATION_ERROR, ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

_CORRELATION = "5b1ad8a4-9f3c-4d6e-8b57-0f1f3f2f7c11"
_STAMP = {"X-HubSpot-Correlation-Id": _CORRELATION}
_RATES = {
    **_STAMP,
    "X-HubSpot-RateLimit-Daily": "650000",
    "X-HubSpot-RateLimit-Daily-Remaining": "649000",
    "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
    "X-HubSpot-RateLimit-Max": "190",
    "X-HubSpot-RateLimit-Remaining": "0",
}


def _error(status: int, category: str, message: str, **headers: str) -> Answer:
    return Answer(status, ApiError(status, category, message).body(_CORRELATION), {**_STAMP, **headers})


def _limit(policy: str, limit: str) -> Answer:
    """Return the documented body; the one recorded earlier has a category in place of the policy."""
    body: dict[str, Any] = {"status": "error", "message": f"You have reached your {limit} limit."}
    body |= {"errorType": "RATE_LIMIT", "correlationId": _CORRELATION, "policyName": policy, "requestId": _CORRELATION}
    return Answer(429, body, _RATES)


ANSWERS: Mapping[str, Answer] = {
    "invalid": _error(400, VALIDATION_ERROR, "Invalid input JSON on line 1, column 1"),
    "authentication": _error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found."),
    "token_expired": _error(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired"),
    "scopes": _error(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
    "not_found": _error(404, OBJECT_NOT_FOUND, "resource not found"),
    "conflict": _error(409, CONFLICT, "Contact already exists. Existing ID: 101"),
    "uri": Answer(414, None, _STAMP),
    "locked": _error(423, "LOCKED", "The resource is locked; wait at least two seconds"),
    "secondly": _limit("SECONDLY", "secondly"),
    "rolling": _limit("TEN_SECONDLY_ROLLING", "ten_secondly_rolling"),
    "daily": _limit("DAILY", "daily"),
    "recorded_limit": Answer(
        429,
        {
            "status": "error",
            "message": "You have reached your secondly limit.",
            "correlationId": _CORRELATION,
            "category": "RATE_LIMITS",
        },
        _RATES,
    ),
    "migration": _error(477, "MIGRATION_IN_PROGRESS", "The account is being migrated", **{"Retry-After": "3600"}),
    **{
        f"server_{status}": _error(status, "INTERNAL_ERROR", "internal error")
        for status in (500, 502, 503, 504, 521, 523, 524)
    },
}
# Errors of single inputs; put them into `portal.row_faults` under the record's id.
ROW_ERRORS: Mapping[str, ApiError] = {
    VALIDATION_ERROR: ApiError(400, VALIDATION_ERROR, "Property values were not valid"),
    OBJECT_NOT_FOUND: ApiError(404, OBJECT_NOT_FOUND, "Could not get some COMPANY objects"),
    CONFLICT: ApiError(409, CONFLICT, "Company already exists. Existing ID: 101"),
    "MISSING_SCOPES": ApiError(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes"),
    "RATE_LIMITS": ApiError(429, "RATE_LIMITS", "You have reached your secondly limit."),
    "INTERNAL_ERROR": ApiError(500, "INTERNAL_ERROR", "internal error"),
}
