"""The sandbox's HubSpot: the same endpoints under the numbered and the date-versioned paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from abm_sandbox.faults import Fault, FaultInjection
from abm_sandbox.hubspot import associations, batch, email_events, merging, objects, owners, properties, search
from abm_sandbox.hubspot.errors import ApiError, error_response
from abm_sandbox.hubspot.limits import Gate, Limits
from abm_sandbox.hubspot.portal import Portal

if TYPE_CHECKING:
    from abm_sandbox.store import Store

VERSIONS = ("2026-03", "2026-09")


def create_app(store: Store, *, limits: bool | Limits = True) -> Starlette:
    """Return the server of one account; what a client writes stays in the store."""
    counted = limits if isinstance(limits, Limits) else Limits() if limits else None
    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(FaultInjection), Middleware(Gate, limits=counted)],
        exception_handlers={ApiError: error_response, HTTPException: error_response},
    )
    app.state.portal = Portal(store)
    app.state.faults = list[Fault]()
    return app


def _routes() -> list[Route]:
    routes = [Route("/email/public/v1/events", email_events.list_page)]
    for version in ("v3", *VERSIONS):
        routes += _object_routes(_prefix("objects", version))
        routes += _property_routes(_prefix("properties", version))
        routes += _owner_routes(_prefix("owners", version))
    for version in ("v4", *VERSIONS):
        routes += _association_routes(_prefix("associations", version), _prefix("objects", version))
    return routes


def _prefix(api: str, version: str) -> str:
    return f"/crm/{api}/{version}" if version in VERSIONS else f"/crm/{version}/{api}"


def _object_routes(prefix: str) -> list[Route]:
    kind = prefix + "/{object_type}"
    return [
        Route(f"{kind}/batch/update", batch.update, methods=["POST"]),
        Route(f"{kind}/batch/read", batch.read, methods=["POST"]),
        Route(f"{kind}/batch/create", batch.create, methods=["POST"]),
        Route(f"{kind}/batch/upsert", batch.upsert, methods=["POST"]),
        Route(f"{kind}/batch/archive", batch.archive, methods=["POST"]),
        Route(f"{kind}/search", search.search, methods=["POST"]),
        Route(f"{kind}/merge", merging.merge, methods=["POST"]),
        Route(kind, objects.list_page),
        Route(kind, objects.create, methods=["POST"]),
        Route(kind + "/{record_id}", objects.read),
        Route(kind + "/{record_id}", objects.update, methods=["PATCH"]),
        Route(kind + "/{record_id}", objects.archive, methods=["DELETE"]),
    ]


def _property_routes(prefix: str) -> list[Route]:
    kind = prefix + "/{object_type}"
    return [
        Route(f"{kind}/batch/create", properties.batch_create, methods=["POST"]),
        Route(f"{kind}/batch/read", properties.batch_read, methods=["POST"]),
        Route(f"{kind}/groups", properties.list_groups),
        Route(f"{kind}/groups", properties.create_group, methods=["POST"]),
        Route(kind + "/groups/{name}", properties.read_group),
        Route(kind, properties.list_all),
        Route(kind, properties.create, methods=["POST"]),
        Route(kind + "/{name}", properties.read),
        Route(kind + "/{name}", properties.update, methods=["PATCH"]),
        Route(kind + "/{name}", properties.archive, methods=["DELETE"]),
    ]


def _owner_routes(prefix: str) -> list[Route]:
    return [
        Route(prefix, owners.list_page),
        Route(f"{prefix}/", owners.list_page),
        Route(prefix + "/{owner_id}", owners.read),
    ]


def _association_routes(prefix: str, objects_prefix: str) -> list[Route]:
    pair = prefix + "/{object_type}/{to_type}/batch"
    record = objects_prefix + "/{object_type}/{record_id}/associations"
    return [
        Route(f"{pair}/read", associations.batch_read, methods=["POST"]),
        Route(f"{pair}/create", associations.batch_create, methods=["POST"]),
        Route(f"{pair}/archive", associations.batch_archive, methods=["POST"]),
        Route(f"{pair}/associate/default", associations.batch_default, methods=["POST"]),
        Route(record + "/default/{to_type}/{to_id}", associations.put_default, methods=["PUT"]),
        Route(record + "/{to_type}", associations.list_page),
    ]
