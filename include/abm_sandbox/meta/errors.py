"""Graph API errors: one shape, told apart by code and subcode; 400 for most of them, throttling included.

https://developers.facebook.com/docs/marketing-api/error-reference
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(eq=False)
class GraphError(Exception):
    """An error answer; title and user message are what Ads Manager shows a person."""

    code: int
    message: str
    subcode: int | None = None
    status: int = 400
    title: str | None = None
    user_message: str | None = None
    is_transient: bool = False
    type: str = "OAuthException"

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"message": self.message, "type": self.type, "code": self.code}
        if self.subcode is not None:
            told["error_subcode"] = self.subcode
        told["is_transient"] = self.is_transient
        if self.title is not None:
            told |= {"error_user_title": self.title, "error_user_msg": self.user_message}
        return {"error": told | {"fbtrace_id": f"A{secrets.token_urlsafe(16)}"}}


class Json(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


def invalid(problem: str = "Invalid parameter") -> GraphError:
    return GraphError(100, f"(#100) {problem}")


def unknown_object(name: str) -> GraphError:
    message = (
        f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due to missing permissions,"
        " or does not support this operation."
    )
    return GraphError(100, message, 33, type="GraphMethodException")


_TERMS = "To create or edit audience or ad set, please agree to the Custom Audience terms."
_TOO_LOW = "You cannot remove users from this audience because it will result in a low audience size."
_TOO_MANY = "There have been too many calls from this ad-account. Wait a bit and try again."

# What the contract lists, by what it is; each can be injected as a fault, most of them the sandbox answers by itself.
ERRORS: dict[str, GraphError] = {
    "unknown": GraphError(1, "An unknown error occurred", status=500, is_transient=True),
    "service": GraphError(2, "Service temporarily unavailable", status=503, is_transient=True),
    "app_limit": GraphError(4, "(#4) Application request limit reached", is_transient=True),
    "user_limit": GraphError(17, "(#17) User request limit reached", 2446079),
    "call_rate": GraphError(613, "(#613) Calls to this api have exceeded the rate limit.", 1487742),
    "audience_limit": GraphError(80003, f"(#80003) {_TOO_MANY}", 2446079),
    "management_limit": GraphError(80004, f"(#80004) {_TOO_MANY}", 2446079),
    "insights_limit": GraphError(80000, f"(#80000) {_TOO_MANY}", 2446079),
    "no_token": GraphError(2500, "An active access token must be used to query information.", status=401),
    "token": GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401),
    "token_expired": GraphError(190, "Error validating access token: Session has expired", 463, 401),
    "password_changed": GraphError(190, "Error validating access token: the user changed the password", 460, 401),
    "proof": GraphError(100, "Invalid appsecret_proof provided in the API argument", type="GraphMethodException"),
    "no_capability": GraphError(10, "(#10) Application does not have permission for this action", status=403),
    "no_permission": GraphError(200, "(#200) Ad account owner has NOT granted ads_management", status=403),
    "no_extended": GraphError(294, "(#294) Managing advertisements requires ads_management", status=403),
    "no_write": GraphError(2654, "(#2654) No write permission for this ad account", 1713092),
    "flagged": GraphError(
        100,
        "Invalid parameter",
        1713230,
        title="Custom audience restricted",
        user_message="This custom audience has integrity restrictions and can't be edited.",
    ),
    "mismatch": invalid("Data is missing or does not match schema"),
    "too_many": GraphError(105, "(#105) The number of parameters exceeded the maximum for this operation"),
    "blocked": GraphError(368, "The action attempted has been deemed abusive or is otherwise disallowed"),
    "update_failed": GraphError(2650, "(#2650) Failed to update the custom audience"),
    "terms": GraphError(
        200, "Permissions error", 1870090, title="Custom Audience Terms Not Accepted", user_message=_TERMS
    ),
    "terms_older": GraphError(2655, "(#2655) Terms of service has not been accepted"),
    "removal_too_small": GraphError(
        200, "Permissions error", 1870047, title="Audience Size too Low", user_message=_TOO_LOW
    ),
    "not_shared": GraphError(100, "Invalid parameter", 1487301, title="Audience not shared", user_message="Not shared"),
    "deleted": GraphError(100, "Invalid parameter", 1487366, title="Audience deleted", user_message="It was deleted"),
    "old_version": GraphError(2635, "(#2635) You are calling a deprecated version of the Ads API."),
    "unknown_path": GraphError(2500, "Unknown path components"),
}


def documented(name: str) -> GraphError:
    """Return one of ERRORS to raise: an exception of its own, as each raise leaves its traces in it."""
    return replace(ERRORS[name])


def error_response(request: Request, error: Exception) -> Response:
    """Answer a GraphError, or the router's own 404 and 405, in Meta's shape."""
    if not isinstance(error, GraphError):
        error = _unrouted(request, getattr(error, "status_code", HTTPStatus.NOT_FOUND))
    return Json(error.body(), error.status)


def _unrouted(request: Request, status: int) -> GraphError:
    if status == HTTPStatus.NOT_FOUND:
        return GraphError(2500, f"Unknown path components: {request.url.path}")
    return GraphError(100, f"Unsupported {request.method.lower()} request.", 33, type="GraphMethodException")
