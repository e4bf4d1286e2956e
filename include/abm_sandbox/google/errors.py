"""Google's error answers: a status, and details that name the reason, the request and the fields.

https://developers.google.com/data-manager/api/devguides/errors
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

DOMAIN = "datamanager.googleapis.com"
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_REASON = {500: "INTERNAL_ERROR"}
_FRONT_END = "googleapis.com"  # answers where the API has no reason of its own
_FRONT_END_STATUSES = frozenset({401, 409, 503})
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True)
class Violation:
    """One field that is wrong; `field` as it stands in the JSON body."""

    field: str
    reason: str
    description: str

    def body(self) -> dict[str, Any]:
        path = _CAPITAL.sub(lambda found: f"_{found[1].lower()}", self.field)
        return {"field": path, "description": self.description, "reason": self.reason}


class ApiError(Exception):
    """An answer of status 400 or more; `reason` is one of the API's ErrorReason names, or of Google's front end."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        reason: str | None = None,
        status: str | None = None,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[Violation] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or _STATUS[code]
        self.reason = reason or _REASON.get(code, self.status)
        self.domain = _FRONT_END if code in _FRONT_END_STATUSES else DOMAIN
        self.metadata = metadata or {}
        self.violations = violations

    def body(self) -> dict[str, Any]:
        request_id = secrets.token_urlsafe(12)
        details: list[dict[str, Any]] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": self.reason,
                "domain": self.domain,
                "metadata": {"requestId": request_id, **self.metadata},
            },
            {"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": request_id},
        ]
        if self.violations:
            fields = [violation.body() for violation in self.violations]
            details.append({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields})
        return {
            "error": {"code": self.code, "message": self.message, "status": self.status, "details": details},
        }


class Json(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


def invalid(field: str, reason: str, description: str) -> ApiError:
    """Refuse a request for one field."""
    return refused([Violation(field, reason, description)])


def refused(violations: Sequence[Violation]) -> ApiError:
    return ApiError(400, "There was a problem with the request.", reason="INVALID_ARGUMENT", violations=violations)


def not_found(what: str, reason: str = "NOT_FOUND") -> ApiError:
    return ApiError(404, f"{what} was not found.", reason=reason)


def error_response(request: Request, error: Exception) -> Response:
    """Answer an ApiError, or the router's own 404 and 405, in Google's shape."""
    if not isinstance(error, ApiError):
        error = ApiError(404, f"The requested URL {request.url.path} was not found on this server.")
    return Json(error.body(), error.code)
