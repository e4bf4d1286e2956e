"""The routes of the org."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from abm_sandbox.faults import FaultInjection
from abm_sandbox.salesforce import (
    auth,
    bulk_ingest,
    bulk_query,
    composite,
    describe,
    query,
    rows,
    sobject_collections,
    tooling,
)
from abm_sandbox.salesforce import (
    limits as allowances,
)
from abm_sandbox.salesforce.errors import SalesforceError, answer_http_error, answer_own_fault, answer_salesforce_error
from abm_sandbox.salesforce.org import Org
from abm_sandbox.salesforce.world import is_loaded, load_world

if TYPE_CHECKING:
    from collections.abc import Callable

    from abm_sandbox.store import Store

DAILY_REQUESTS = 100_000  # an Enterprise org without user licences
TOKEN_SECONDS = 7200.0

_DATA = [
    Route("/limits", allowances.limits),
    Route("/query", query.query),
    Route("/queryAll", query.query),
    Route("/query/{locator}", query.more),
    Route("/composite", composite.composite, methods=["POST"]),
    Route("/composite/batch", composite.batch, methods=["POST"]),
    Route("/composite/sobjects", sobject_collections.create, methods=["POST"]),
    Route("/composite/sobjects", sobject_collections.update, methods=["PATCH"]),
    Route("/composite/sobjects", sobject_collections.delete, methods=["DELETE"]),
    Route("/composite/sobjects/{object}", sobject_collections.read, methods=["GET", "POST"]),
    Route("/composite/sobjects/{object}", sobject_collections.update, methods=["PATCH"]),
    Route("/composite/sobjects/{object}", sobject_collections.delete, methods=["DELETE"]),
    Route("/composite/sobjects/{object}/{field}", sobject_collections.upsert, methods=["PATCH"]),
    Route("/jobs/ingest", bulk_ingest.all_jobs, methods=["GET"]),
    Route("/jobs/ingest", bulk_ingest.create_job, methods=["POST"]),
    Route("/jobs/ingest/{job}", bulk_ingest.info, methods=["GET"]),
    Route("/jobs/ingest/{job}", bulk_ingest.change_state, methods=["PATCH"]),
    Route("/jobs/ingest/{job}", bulk_ingest.delete_job, methods=["DELETE"]),
    Route("/jobs/ingest/{job}/batches", bulk_ingest.upload, methods=["PUT"]),
    Route("/jobs/ingest/{job}/{results}", bulk_ingest.results),
    Route("/jobs/query", bulk_query.all_jobs, methods=["GET"]),
    Route("/jobs/query", bulk_query.create_job, methods=["POST"]),
    Route("/jobs/query/{job}", bulk_query.info, methods=["GET"]),
    Route("/jobs/query/{job}", bulk_query.abort, methods=["PATCH"]),
    Route("/jobs/query/{job}", bulk_query.delete_job, methods=["DELETE"]),
    Route("/jobs/query/{job}/results", bulk_query.results),
    Route("/tooling/sobjects/CustomField", tooling.create_custom_field, methods=["POST"]),
    Route("/sobjects", describe.all_objects),
    Route("/sobjects/{object}", describe.basic_information, methods=["GET"]),
    Route("/sobjects/{object}", rows.create, methods=["POST"]),
    Route("/sobjects/{object}/describe", describe.describe),
    Route("/sobjects/{object}/deleted", rows.deleted),
    Route("/sobjects/{object}/updated", rows.updated),
    Route("/sobjects/{object}/{id}", rows.read, methods=["GET"]),
    Route("/sobjects/{object}/{id}", rows.update, methods=["PATCH"]),
    Route("/sobjects/{object}/{id}", rows.delete, methods=["DELETE"]),
    Route("/sobjects/{object}/{field}/{value}", rows.read_by_external_id, methods=["GET"]),
    Route("/sobjects/{object}/{field}/{value}", rows.upsert, methods=["PATCH"]),
]
_ROUTES = [
    Route("/services/oauth2/token", auth.token, methods=["POST"]),
    Route("/services/oauth2/revoke", auth.revoke, methods=["POST"]),
    Route("/services/oauth2/introspect", auth.introspect, methods=["POST"]),
    Route("/services/oauth2/userinfo", auth.userinfo, methods=["GET", "POST"]),
    Route("/services/data", describe.versions),
    Route("/services/data/{version}", describe.resources),
    Mount("/services/data/{version}", routes=_DATA),
]


def create_app(
    store: Store,
    *,
    limits: bool = True,
    daily_requests: int = DAILY_REQUESTS,
    token_seconds: float = TOKEN_SECONDS,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Return the org's servers over a store that `load_world` has filled; an empty store becomes an empty org.

    Tests change the weather while it runs: `app.state.faults` takes `abm_sandbox.faults.Fault`, `app.state.org` has
    `row_locks`, `tokens`, `cursors`, `max_page_rows` and `requests_used`.
    """
    if not is_loaded(store):
        load_world(store, {})
    app = Starlette(
        routes=_ROUTES,
        middleware=[Middleware(FaultInjection), Middleware(auth.Gate)],
        exception_handlers={
            SalesforceError: answer_salesforce_error,
            HTTPException: answer_http_error,
            Exception: answer_own_fault,
        },
    )
    app.router.redirect_slashes = False
    app.state.faults = []
    app.state.org = Org(store, limits=limits, daily_requests=daily_requests, token_seconds=token_seconds, clock=clock)
    return app
