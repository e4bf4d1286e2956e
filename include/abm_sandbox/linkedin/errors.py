"""LinkedIn's error answers: a status, and most of the time a code, a number of its own and a message.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request


class ApiError(Exception):
    """An answer of status 400 or more."""

    def __init__(self, status: int, code: str, message: str, service_code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.service_code = service_code

    def body(self) -> dict[str, Any]:
        numbered = {} if self.service_code is None else {"serviceErrorCode": self.service_code}
        return {"status": self.status, **numbered, "code": self.code, "message": self.message}


class Json(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


def invalid(message: str, code: str = "FIELD_INVALID") -> ApiError:
    return ApiError(400, code, message)


def not_found(message: str = "Could not find entity") -> ApiError:
    return ApiError(404, "NOT_FOUND", message)


def access_denied(what: str) -> ApiError:
    return ApiError(403, "ACCESS_DENIED", f"Not enough permissions to access: {what}", 100)


def error_response(request: Request, error: Exception) -> Response:
    """Answer an ApiError, or the router's own 404 and 405, in LinkedIn's shape."""
    if not isinstance(error, ApiError):
        status = getattr(error, "status_code", 500)
        code = {404: "RESOURCE_NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(status, "INTERNAL_SERVER_ERROR")
        error = ApiError(status, code, f"No virtual resource found for {request.method} {request.url.path}")
    return Json(error.body(), error.status)
