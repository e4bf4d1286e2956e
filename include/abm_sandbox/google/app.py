"""The sandbox's Data Manager API: one Google Ads account, its user lists, and the token endpoint."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from abm_sandbox.faults import Fault, FaultInjection
from abm_sandbox.google import audience_members, oauth, request_status, user_lists
from abm_sandbox.google.ads_account import AdsAccount
from abm_sandbox.google.errors import ApiError, error_response
from abm_sandbox.google.gate import Gate, quotas

if TYPE_CHECKING:
    from collections.abc import Callable

    from abm_sandbox.store import Store

_LISTS = "/v1/accountTypes/{type}/accounts/{account}/userLists"
_ROUTES = [
    Route("/token", oauth.token, methods=["POST"]),
    Route("/v1/audienceMembers:ingest", audience_members.ingest, methods=["POST"]),
    Route("/v1/audienceMembers:remove", audience_members.remove, methods=["POST"]),
    Route("/v1/audienceMembers:removeAll", audience_members.remove_all, methods=["POST"]),
    Route("/v1/requestStatus:retrieve", request_status.retrieve),
    Route(_LISTS, user_lists.create, methods=["POST"]),
    Route(_LISTS, user_lists.find),
    Route(f"{_LISTS}/{{id}}", user_lists.read),
    Route(f"{_LISTS}/{{id}}", user_lists.update, methods=["PATCH"]),
    Route(f"{_LISTS}/{{id}}", user_lists.delete, methods=["DELETE"]),
]


def create_app(
    store: Store,
    *,
    limits: bool = True,
    clock: Callable[[], float] = time.time,
    processing_seconds: float = 2.0,
    counting_seconds: float = 0.0,
    fresh_seconds: float = 0.0,
) -> Starlette:
    """Return the server of one Google Ads account; what a client writes stays in the store.

    By `clock`, a request is PROCESSING for `processing_seconds`, a member counts `counting_seconds` after it was added,
    and a list takes nobody for `fresh_seconds`. Tests reach the account as `app.state.ads_account`.
    """
    app = Starlette(
        routes=_ROUTES,
        middleware=[Middleware(FaultInjection), Middleware(Gate, limits=limits)],
        exception_handlers={ApiError: error_response, HTTPException: error_response},
    )
    app.state.ads_account = AdsAccount(store, clock, processing_seconds, counting_seconds, fresh_seconds)
    app.state.quotas = quotas()
    app.state.faults = list[Fault]()
    return app


def load_world(store: Store) -> None:
    """Make the account's empty tables: nothing of a world lies with Google before the first night."""
    AdsAccount(store)
