"""Error answers: a JSON array of message, errorCode and, where known, the fields; and the faults of single rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from abm_sandbox.salesforce.answers import Json

if TYPE_CHECKING:
    from starlette.requests import Request

NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405


@dataclass
class SalesforceError(Exception):
    """Ends the whole request."""

    status: int
    code: str
    message: str
    fields: tuple[str, ...] = ()

    def body(self) -> list[dict[str, Any]]:
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields:
            error["fields"] = list(self.fields)
        return [error]


@dataclass
class RowError(Exception):
    """Ends one row of a request; the others go on."""

    code: str
    message: str
    fields: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}

    def text(self) -> str:
        """Return the form of the Bulk API's `sf__Error` column."""
        return f"{self.code}:{self.message}:{','.join(self.fields)} --".replace(": --", ":--")


def not_found(message: str = "The requested resource does not exist") -> SalesforceError:
    return SalesforceError(NOT_FOUND, "NOT_FOUND", message)


def answer_salesforce_error(_request: Request, error: Exception) -> Json:
    if not isinstance(error, SalesforceError):
        raise error
    return Json(error.body(), status_code=error.status)


def answer_own_fault(_request: Request, _error: Exception) -> Json:
    """Answer a fault of the sandbox itself; the server tells its traceback on stderr."""
    fault = SalesforceError(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId")
    return Json(fault.body(), status_code=fault.status)


def answer_http_error(request: Request, error: Exception) -> Json:
    if isinstance(error, HTTPException) and error.status_code == METHOD_NOT_ALLOWED:
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {(error.headers or {}).get('Allow', '')}"
        return Json(SalesforceError(METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message).body(), METHOD_NOT_ALLOWED)
    return Json(not_found().body(), NOT_FOUND)
