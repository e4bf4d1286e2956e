"""The sandbox's Meta: one ad account and its Custom Audiences."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from abm_sandbox.faults import Fault, FaultInjection
from abm_sandbox.meta import audiences, users
from abm_sandbox.meta.ad_account import MINIMUM_AUDIENCE, AdAccount
from abm_sandbox.meta.errors import GraphError, error_response
from abm_sandbox.meta.gate import Gate
from abm_sandbox.meta.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from abm_sandbox.store import Store

ROUTES = [
    Route("/{version}/{id}/customaudiences", audiences.create, methods=["POST"]),
    Route("/{version}/{id}/customaudiences", audiences.find),
    Route("/{version}/{id}/customaudiencestos", audiences.terms),
    Route("/{version}/{id}/usersofanyaudience", users.remove_everywhere, methods=["DELETE"]),
    Route("/{version}/{id}/users", users.add, methods=["POST"]),
    Route("/{version}/{id}/users", users.remove, methods=["DELETE"]),
    Route("/{version}/{id}/usersreplace", users.replace, methods=["POST"]),
    Route("/{version}/{id}/sessions", users.sessions),
    Route("/{version}/{id}", audiences.read),
    Route("/{version}/{id}", audiences.update, methods=["POST"]),
    Route("/{version}/{id}", audiences.delete, methods=["DELETE"]),
]


def create_app(
    store: Store,
    *,
    limits: bool = True,
    clock: Callable[[], float] = time.time,
    update_seconds: float = 5.0,
    minimum: int = MINIMUM_AUDIENCE,
) -> Starlette:
    """Return the server of one ad account; what a client writes stays in the store.

    For `update_seconds` after a write the audience is updating and tells no size. Nobody may be removed where fewer
    than `minimum` matched people would be left. Tests reach the account as `app.state.ad_account`.
    """
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(FaultInjection), Middleware(Gate, limits=limits)],
        exception_handlers={GraphError: error_response, HTTPException: error_response},
    )
    app.state.ad_account = AdAccount(store, clock, update_seconds, minimum)
    app.state.sessions = Sessions()
    app.state.faults = list[Fault]()
    return app


def load_world(store: Store) -> None:
    """Make the account's empty tables: nothing of a world lies on Meta before the first night."""
    AdAccount(store)
