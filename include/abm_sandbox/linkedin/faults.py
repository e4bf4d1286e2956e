"""Every error that LinkedIn's contract lists, by name: answers to whole requests, and errors of single elements.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.faults import Answer
from abm_sandbox.linkedin.errors import ApiError, access_denied, invalid, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping


def _answer(error: ApiError) -> Answer:
    return Answer(error.status, error.body())


ANSWERS: Mapping[str, Answer] = {
    "field": _answer(invalid("/account :: is not a sponsored account URN")),
    "token_revoked": _answer(ApiError(401, "REVOKED_ACCESS_TOKEN", "The token has been revoked by the user", 65601)),
    "token_expired": _answer(ApiError(401, "EXPIRED_ACCESS_TOKEN", "The token has expired", 65602)),
    "access": _answer(access_denied("dmpSegments.WRITE")),
    "not_found": _answer(not_found("Could not find dmpSegment 1")),
    "timeout": _answer(ApiError(408, "REQUEST_TIMEOUT", "The request timed out")),
    "concurrent_edit": _answer(ApiError(409, "CONFLICT", "The entity was changed by another request")),
    "uri": Answer(414, {"status": 414, "message": "Request-URI Too Long"}),
    "locked": _answer(ApiError(423, "LOCKED", "The entity is locked")),
    "version_retired": _answer(ApiError(426, "NONEXISTENT_VERSION", "Requested version 202410 is not active")),
    "version_missing": _answer(ApiError(400, "VERSION_MISSING", "A version must be present.")),
    "throttled": _answer(
        ApiError(429, "TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource is reached.", 101)
    ),
    "metric_limit": _answer(
        ApiError(429, "TOO_MANY_REQUESTS", "The data request limit of 45 million metric values is reached", 101)
    ),
    **{
        f"server_{status}": _answer(ApiError(status, "INTERNAL_SERVER_ERROR", "Internal Server Error"))
        for status in (500, 502, 503, 504)
    },
    "invalid_grant": Answer(400, {"error": "invalid_grant", "error_description": "The refresh token is expired"}),
}
# Errors of single elements; put them into `ad_account.element_faults` under the member's key.
ELEMENT_ERRORS: Mapping[str, ApiError] = {
    "field": ApiError(400, "FIELD_INVALID", "/companyWebsiteDomain :: is not a domain"),
    "missing": ApiError(400, "MISSING_FIELD", "At least one identifying company field must be provided"),
    "conflict": ApiError(409, "CONFLICT", "The entity was changed by another request"),
    "throttled": ApiError(429, "TOO_MANY_REQUESTS", "Resource level throttle limit is reached.", 101),
    "server": ApiError(500, "INTERNAL_SERVER_ERROR", "Internal Server Error"),
}
