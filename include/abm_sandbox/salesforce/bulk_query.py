"""Bulk API 2.0 query: the rows are fixed when the job is made and fetched in parts by locator.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from abm_sandbox.salesforce import bulk, soql
from abm_sandbox.salesforce.answers import Csv, Json
from abm_sandbox.salesforce.bodies import read_json
from abm_sandbox.salesforce.errors import SalesforceError
from abm_sandbox.salesforce.query import open_cursor, read_rows

if TYPE_CHECKING:
    from starlette.requests import Request

    from abm_sandbox.salesforce.org import Cursor, Job, Org
    from abm_sandbox.salesforce.schema import Field

JOB_TYPE = "V2Query"
ROWS_A_PART = 50_000
_LAST = "null"  # the literal text that stands in Sforce-Locator on the last part


async def create_job(request: Request) -> Json:
    """Answer POST /jobs/query."""
    org: Org = request.app.state.org
    body = await read_json(request)
    operation = str(body.get("operation"))
    if operation not in {"query", "queryAll"}:
        raise SalesforceError(400, "INVALIDJOB", f"Unsupported operation: {operation}")
    asked = soql.parse(org, str(body.get("query", "")))
    if asked.is_count:
        raise SalesforceError(400, "FUNCTIONALITY_NOT_ENABLED", "Aggregate queries are not supported in Bulk API 2.0")
    facts = {"operation": operation, "object": asked.object, "state": "UploadComplete", "jobType": JOB_TYPE}
    job = bulk.new_job(org, request, facts)
    job.cursor = open_cursor(org, asked, is_all=operation == "queryAll")
    return Json({name: value for name, value in job.facts.items() if name != "jobType"})


async def info(request: Request) -> Json:
    """Answer GET /jobs/query/{job}, and do the next step of the work."""
    org: Org = request.app.state.org
    job = bulk.job_in_path(request, JOB_TYPE)
    if job.state in {"UploadComplete", "InProgress"}:
        bulk.move(org, job, "InProgress" if job.state == "UploadComplete" else "JobComplete")
    processed = len(_cursor(job).rowids) if job.state == "JobComplete" else 0
    return Json({**job.facts, "numberRecordsProcessed": processed, "retries": 0, "totalProcessingTime": 0})


async def all_jobs(request: Request) -> Json:
    return Json(bulk.list_jobs(request.app.state.org, JOB_TYPE))


async def abort(request: Request) -> Json:
    org: Org = request.app.state.org
    job = bulk.job_in_path(request, JOB_TYPE)
    if (await read_json(request)).get("state") != "Aborted" or job.state in bulk.FINAL:
        raise bulk.invalid_state(f"Job in state {job.state} cannot be changed so")
    bulk.move(org, job, "Aborted")
    return Json(job.facts)


async def delete_job(request: Request) -> Response:
    org: Org = request.app.state.org
    job = bulk.job_in_path(request, JOB_TYPE)
    if job.state not in bulk.FINAL:
        raise bulk.invalid_state("Only jobs in a final state can be deleted")
    del org.jobs[job.facts["id"]]
    return Response(status_code=204)


async def results(request: Request) -> Response:
    """Answer GET /jobs/query/{job}/results?locator=&maxRecords=."""
    org: Org = request.app.state.org
    job = bulk.job_in_path(request, JOB_TYPE)
    if job.state != "JobComplete":
        raise bulk.invalid_state("Results are there once the job is complete")
    cursor = _cursor(job)
    start = _start(request.query_params.get("locator"), len(cursor.rowids))
    most = request.query_params.get("maxRecords", "")
    count = int(most) if most.isdigit() and int(most) > 0 else ROWS_A_PART
    content, rows = await run_in_threadpool(_part, org, cursor, start, count)
    end = start + count
    return Csv(
        content,
        headers={
            "Sforce-NumberOfRecords": str(rows),
            "Sforce-Locator": _LAST if end >= len(cursor.rowids) else base64.b64encode(str(end).encode()).decode(),
        },
    )


def _cursor(job: Job) -> Cursor:
    if job.cursor is None:  # only ingest jobs have none
        raise SalesforceError(400, "INVALIDJOB", "The job is not a query")
    return job.cursor


def _start(locator: str | None, total: int) -> int:
    if not locator:
        return 0
    try:
        start = int(base64.b64decode(locator, validate=True))
    except (binascii.Error, ValueError):
        start = -1
    if not 0 <= start <= total:
        raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return start


def _part(org: Org, cursor: Cursor, start: int, count: int) -> tuple[bytes, int]:
    rows = read_rows(org, cursor, start, count)
    columns = {
        field.name: pa.array([_cell(field, row[at]) for row in rows], pa.string())
        for at, field in enumerate(cursor.fields)
    }
    return bulk.write_csv(pa.table(columns)), len(rows)


def _cell(field: Field, value: Any) -> str | None:
    if value is None:
        return None
    if field.type == "boolean":
        return "true" if value else "false"
    if field.type == "datetime":
        return f"{value.removesuffix('+0000')}Z"
    return str(int(value)) if field.type == "int" else str(value)
