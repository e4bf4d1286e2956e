"""The sandbox's LinkedIn: one ad account, its segments, and the token endpoint."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from abm_sandbox.faults import Fault, FaultInjection
from abm_sandbox.linkedin import list_uploads, oauth, segments, streaming
from abm_sandbox.linkedin.ad_account import AdAccount
from abm_sandbox.linkedin.errors import ApiError, error_response, invalid
from abm_sandbox.linkedin.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.store import Store


async def _create_or_act(request: Request) -> Response:
    """Answer POST /dmpSegments: a creation, or the action that the query names."""
    action = request.query_params.get("action")
    if action is None:
        return await segments.create(request)
    if action != "generateUploadUrl":
        raise invalid(f"Unknown action {action}", "ILLEGAL_ARGUMENT")
    return await list_uploads.upload_url(request, await segments.read_object(request))


_ROUTES = [
    Route("/oauth/v2/accessToken", oauth.access_token, methods=["POST"]),
    Route("/rest/dmpSegments", _create_or_act, methods=["POST"]),
    Route("/rest/dmpSegments", segments.find),
    Route("/rest/dmpSegments/{id}", segments.read),
    Route("/rest/dmpSegments/{id}", segments.update, methods=["POST"]),
    Route("/rest/dmpSegments/{id}", segments.delete, methods=["DELETE"]),
    Route("/mediaUpload/{token}", list_uploads.upload, methods=["POST"]),
    Route("/rest/dmpSegments/{id}/listUploads", list_uploads.attach, methods=["POST"]),
    Route("/rest/dmpSegments/{id}/companies", streaming.companies, methods=["POST"]),
    Route("/rest/dmpSegments/{id}/users", streaming.users, methods=["POST"]),
]


def create_app(
    store: Store,
    *,
    limits: bool = True,
    clock: Callable[[], float] = time.time,
    fresh_seconds: float = 1.0,
    build_seconds: float = 5.0,
    counting_seconds: float = 0.0,
) -> Starlette:
    """Return the server of one ad account; what a client writes stays in the store.

    By `clock`, a segment takes no members for `fresh_seconds` after its creation, is READY after `build_seconds`, and
    counts a member `counting_seconds` after it was added. Tests reach the account as `app.state.ad_account`.
    """
    app = Starlette(
        routes=_ROUTES,
        middleware=[Middleware(FaultInjection), Middleware(Gate, limits=limits)],
        exception_handlers={ApiError: error_response, HTTPException: error_response},
    )
    app.state.ad_account = AdAccount(store, clock, fresh_seconds, build_seconds, counting_seconds)
    app.state.faults = list[Fault]()
    return app


def load_world(store: Store) -> None:
    """Make the account's empty tables: nothing of a world lies on LinkedIn before the first night."""
    AdAccount(store)
