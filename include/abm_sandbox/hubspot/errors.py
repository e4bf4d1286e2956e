"""HubSpot's error answers: one shape, a category that says what kind, a correlation id.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

VALIDATION_ERROR = "VALIDATION_ERROR"
OBJECT_NOT_FOUND = "OBJECT_NOT_FOUND"
CONFLICT = "CONFLICT"


class ApiError(Exception):
    """An answer of status 400 or more."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        context: Mapping[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.errors = list(errors)
        self.context = dict(context or {})

    def body(self, correlation_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
            "category": self.category,
        }
        if self.errors:
            body["errors"] = self.errors
        if self.context:
            body["context"] = self.context
        return body

    def in_batch(self, trace_id: str | None = None, record_id: str | None = None) -> dict[str, Any]:
        """Return the same error as one item of a 207 answer."""
        context = {name: list(values) for name, values in self.context.items()}
        if trace_id is not None:
            context["objectWriteTraceId"] = [trace_id]
        if record_id is not None:
            context["ids"] = [record_id]
        return {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
            "errors": self.errors,
            "links": {},
        }


def invalid(message: str, **context: list[str]) -> ApiError:
    return ApiError(400, VALIDATION_ERROR, message, context=context)


def not_found(message: str = "resource not found", **context: list[str]) -> ApiError:
    return ApiError(404, OBJECT_NOT_FOUND, message, context=context)


def invalid_values(problems: Sequence[tuple[str, str, str]]) -> ApiError:
    """Return the error for property values: each problem is a property, a code and a message."""
    listed = [
        {"isValid": False, "message": message, "error": code, "name": name, "localizedErrorMessage": message}
        for name, code, message in problems
    ]
    return ApiError(
        400,
        VALIDATION_ERROR,
        f"Property values were not valid: {json.dumps(listed, separators=(',', ':'))}",
        errors=[
            {"message": message, "code": code, "context": {"propertyName": [name]}} for name, code, message in problems
        ],
    )


def json_response(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def error_response(request: Request, error: Exception) -> Response:
    """Answer an ApiError, or the router's own 404 and 405, in HubSpot's shape."""
    if not isinstance(error, ApiError):
        status = getattr(error, "status_code", 500)
        error = ApiError(status, OBJECT_NOT_FOUND if status == 404 else VALIDATION_ERROR, "resource not found")  # noqa: PLR2004 (HTTP)
    return json_response(error.body(request.scope["correlation_id"]), error.status)
