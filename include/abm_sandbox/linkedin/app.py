"""The sandbox's LinkedIn: one ad account, its segments, and the token endpoint."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from abm_sandbox.faults import Fault, FaultInjection
from abm_sandbox.linkedin import oauth, segments, streaming
from abm_sandbox.linkedin.ad_account import AdAccount
from abm_sandbox.linkedin.errors import ApiError, error_response
from abm_sandbox.linkedin.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from abm_sandbox.store import Store

_ROUTES = [
    Route("/oauth/v2/accessToken", oauth.access_token, methods=["POST"]),
    Route("/rest/dmpSegments", segments.create, methods=["POST"]),
    Route("/rest/dmpSegments", segments.find),
    Route("/rest/dmpSegments/{id}", segments.read),
    Route("/rest/dmpSegments/{id}", segments.update, methods=["POST"]),
    Route("/rest/dmpSegments/{id}", segments.delete, methods=["DELETE"]),
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
) -> Starlette:
    """Return the server of one ad account; what a client writes stays in the store.

    A segment takes no members for `fresh_seconds` after its creation and is READY after `build_seconds`, both by
    `clock`. Tests reach the account as `app.state.ad_account`.
    """
    app = Starlette(
        routes=_ROUTES,
        middleware=[Middleware(FaultInjection), Middleware(Gate, limits=limits)],
        exception_handlers={ApiError: error_response, HTTPException: error_response},
    )
    app.state.ad_account = AdAccount(store, clock, fresh_seconds, build_seconds)
    app.state.faults = list[Fault]()
    return app


def load_world(store: Store) -> None:
    """Make the account's empty tables: nothing of a world lies on LinkedIn before the first night."""
    AdAccount(store)
