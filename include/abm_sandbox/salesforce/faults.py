"""Every error that Salesforce's contract lists, by name: answers to whole requests, and errors of single rows.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.faults import Answer
from abm_sandbox.salesforce.errors import RowError, SalesforceError

if TYPE_CHECKING:
    from collections.abc import Mapping

_USAGE = {"Sforce-Limit-Info": "api-usage=18/15000"}
_USED_UP = {"Sforce-Limit-Info": "api-usage=15000/15000"}


def _error(status: int, code: str, message: str, usage: Mapping[str, str] = _USAGE) -> Answer:
    return Answer(status, SalesforceError(status, code, message).body(), usage)


def _oauth(error: str, description: str) -> Answer:
    return Answer(400, {"error": error, "error_description": description})


ANSWERS: Mapping[str, Answer] = {
    "session_expired": _error(401, "INVALID_SESSION_ID", "Session expired or invalid"),
    "auth_header": _error(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
    "day_limit": _error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", _USED_UP),
    "concurrent_limit": _error(
        403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    ),
    "access": _error(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id"),
    "api_disabled": _error(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner"),
    "field": _error(400, "INVALID_FIELD", "No such column 'Mood__c' on sobject of type Account"),
    "type": _error(400, "INVALID_TYPE", "sObject type 'Mood__c' is not supported."),
    "query": _error(400, "MALFORMED_QUERY", "unexpected token: 'FORM'"),
    "locator": _error(400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
    "parser": _error(400, "JSON_PARSER_ERROR", "Unexpected character ('}' (code 125)) at [line:1, column:20]"),
    "row_lock": _error(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
    "duplicate": _error(400, "DUPLICATE_VALUE", "duplicate value found: Ext__c duplicates value on record"),
    "not_found": _error(404, "NOT_FOUND", "The requested resource does not exist"),
    "uri": _error(414, "URI_TOO_LONG", "The URI is longer than 16,384 bytes"),
    "headers": _error(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "The headers are longer than 16,384 bytes"),
    "unknown": _error(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId"),
    "unavailable": _error(503, "SERVER_UNAVAILABLE", "Server unavailable"),
    "invalid_grant": _oauth("invalid_grant", "authentication failure"),
    "invalid_client_id": _oauth("invalid_client_id", "client identifier invalid"),
    "invalid_client": _oauth("invalid_client", "invalid client credentials"),
    "unsupported_grant": _oauth("unsupported_grant_type", "grant type not supported"),
}
ROW_ERRORS: Mapping[str, RowError] = {
    error.code: error
    for error in (
        RowError("INVALID_EMAIL_ADDRESS", "Email: invalid email address", ("Email",)),
        RowError("REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ("Name",)),
        RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"),
        RowError("DUPLICATE_VALUE", "duplicate value found"),
        RowError("DUPLICATES_DETECTED", "Use one of these records?"),
        RowError("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: ABM_Style__c.", ("ABM_Style__c",)),
        RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "The account is closed for changes"),
        RowError("STRING_TOO_LONG", "data value too large (max length=80)", ("ABM_Style__c",)),
        RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "bad value for restricted picklist", ("ABM_Style__c",)),
        RowError("ENTITY_IS_DELETED", "entity is deleted"),
        RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"),
        RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records"),
        RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "AccountTrigger: UNABLE_TO_LOCK_ROW, unable to obtain access"),
    )
}
