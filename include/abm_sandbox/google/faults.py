"""Every error that Google's contract lists, by name: answers to whole requests, and reasons of single members.

https://developers.google.com/data-manager/api/devguides/errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.faults import Answer
from abm_sandbox.google.errors import ApiError, Violation, invalid, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_IDENTIFIER = "audienceMembers[0].userData.userIdentifiers[0].emailAddress"


def _answer(error: ApiError) -> Answer:
    return Answer(error.code, error.body())


def _quota(limit: str) -> Answer:
    return _answer(ApiError(429, "Quota exceeded.", reason="RATE_LIMIT_EXCEEDED", metadata={"quota_limit": limit}))


ANSWERS: Mapping[str, Answer] = {
    "argument": _answer(ApiError(400, "Request contains an invalid argument.")),
    "member": _answer(refused([Violation(_IDENTIFIER, "INVALID_SHA256_FORMAT", "The value is not a SHA-256 digest.")])),
    "token_expired": _answer(
        ApiError(401, "Request had invalid authentication credentials.", reason="ACCESS_TOKEN_EXPIRED")
    ),
    "permission": _answer(ApiError(403, "The caller does not have permission.")),
    "not_found": _answer(ApiError(404, "The user list was not found.")),
    "aborted": _answer(ApiError(409, "The operation was aborted.")),
    "minute_limit": _quota("IngestionMutateRequestsPerMinutePerProject"),
    "day_limit": _quota("IngestionMutateRequestsPerDayPerProject"),
    "internal": _answer(ApiError(500, "Internal error encountered.")),
    "unavailable": _answer(ApiError(503, "The service is currently unavailable.")),
    "deadline": _answer(ApiError(504, "The deadline expired.")),
    "too_old": _answer(invalid("request_id", "REQUEST_TOO_OLD", "The request is too old to tell its status.")),
    "terms": _answer(invalid("destinations[0]", "TERMS_AND_CONDITIONS_NOT_SIGNED", "The terms are not signed.")),
    "declaration": _answer(
        invalid("destinations[0]", "EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED", "The declaration is missing.")
    ),
    "list_id": _answer(invalid("destinations[0].productDestinationId", "INVALID_USER_LIST_ID", "There is none.")),
    "list_type": _answer(invalid("destinations[0].productDestinationId", "INVALID_USER_LIST_TYPE", "Another type.")),
    "data_types": _answer(invalid("audienceMembers[0]", "MULTIPLE_DATA_TYPES_NOT_ALLOWED", "Only one may be given.")),
    "reference": _answer(invalid("destinations", "DUPLICATE_DESTINATION_REFERENCE", "References must be unique.")),
    "destinations": _answer(invalid("destinations", "TOO_MANY_DESTINATIONS", "At most 10 may be given.")),
    "invalid_grant": Answer(400, {"error": "invalid_grant", "error_description": "Bad Request"}),
}
# Reasons of single members; put them into `ads_account.processing_errors` under the member's digest.
PROCESSING_ERRORS = (
    "PROCESSING_ERROR_REASON_INVALID_FORMAT",
    "PROCESSING_ERROR_REASON_DENIED_CONSENT",
    "PROCESSING_ERROR_REASON_NO_CONSENT",
    "PROCESSING_ERROR_REASON_INTERNAL_ERROR",
)
