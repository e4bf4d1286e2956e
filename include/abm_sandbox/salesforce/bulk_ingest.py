"""Bulk API 2.0 ingest. A job moves on each time it is looked at, so nothing waits and nothing sleeps.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from abm_sandbox.salesforce import bulk, writes
from abm_sandbox.salesforce.answers import Csv, Json
from abm_sandbox.salesforce.bodies import read_json
from abm_sandbox.salesforce.errors import RowError, SalesforceError, not_found
from abm_sandbox.salesforce.row import Row, read_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from abm_sandbox.salesforce.org import Job, Org
    from abm_sandbox.salesforce.schema import Field

JOB_TYPE = "V2Ingest"
NULL_MARK = "#N/A"
ROWS_A_BATCH = 10_000
MOST_BYTES = 100_000_000
_OPERATIONS = frozenset({"insert", "update", "upsert", "delete", "hardDelete"})
_RESULTS = {"successfulresults": "successful", "failedresults": "failed", "unprocessedrecords": "unprocessed"}


async def create_job(request: Request) -> Json:
    """Answer POST /jobs/ingest."""
    org: Org = request.app.state.org
    body = await read_json(request)
    operation, object_name = str(body.get("operation")), org.object_name(str(body.get("object", "")))
    if operation not in _OPERATIONS:
        raise SalesforceError(400, "INVALIDJOB", f"Unsupported operation: {operation}")
    facts = {"operation": operation, "object": object_name, "state": "Open", "jobType": JOB_TYPE}
    if operation == "upsert":
        facts["externalIdFieldName"] = _external(org, object_name, body).name
    job = bulk.new_job(org, request, facts)
    job.facts["contentUrl"] = f"services/data/{request.path_params['version']}/jobs/ingest/{job.facts['id']}/batches"
    return Json(_told(job, with_type=False))


async def upload(request: Request) -> Response:
    """Answer PUT /jobs/ingest/{job}/batches, once for a job."""
    job = bulk.job_in_path(request, JOB_TYPE)
    if job.state != "Open" or job.content:
        raise bulk.invalid_state("Found multiple contents for job, please 'Close' / 'Abort' / 'Delete' the current Job")
    content = await request.body()
    if len(content) > MOST_BYTES:
        raise SalesforceError(413, "REQUEST_TOO_LARGE", "The upload is larger than 150 MB after base64")
    job.content = content
    return Response(status_code=201)


async def change_state(request: Request) -> Json:
    """Answer PATCH /jobs/ingest/{job}: UploadComplete or Aborted."""
    org: Org = request.app.state.org
    job = bulk.job_in_path(request, JOB_TYPE)
    wanted = (await read_json(request)).get("state")
    allowed = {"Open": {"UploadComplete", "Aborted"}, "UploadComplete": {"Aborted"}, "InProgress": {"Aborted"}}
    if wanted not in allowed.get(job.state, set()):
        raise bulk.invalid_state(f"Job in state {job.state} cannot be moved to {wanted}")
    bulk.move(org, job, str(wanted))
    return Json(_told(job, with_type=False))


async def info(request: Request) -> Json:
    """Answer GET /jobs/ingest/{job}, and do the next step of the work."""
    org: Org = request.app.state.org
    job = bulk.job_in_path(request, JOB_TYPE)
    if job.state == "UploadComplete":
        bulk.move(org, job, "InProgress")
    elif job.state == "InProgress":
        await run_in_threadpool(_process, org, job)
    return Json(_told(job))


async def all_jobs(request: Request) -> Json:
    return Json(bulk.list_jobs(request.app.state.org, JOB_TYPE))


async def delete_job(request: Request) -> Response:
    org: Org = request.app.state.org
    job = bulk.job_in_path(request, JOB_TYPE)
    if job.state not in {"UploadComplete", *bulk.FINAL}:
        raise bulk.invalid_state("Only jobs that are closed can be deleted")
    del org.jobs[job.facts["id"]]
    return Response(status_code=204)


async def results(request: Request) -> Response:
    """Answer GET /jobs/ingest/{job}/successfulResults, /failedResults, /unprocessedrecords."""
    job = bulk.job_in_path(request, JOB_TYPE)
    kind = _RESULTS.get(request.path_params["results"].lower())
    if kind is None:
        raise not_found()
    if job.state not in bulk.FINAL:
        raise bulk.invalid_state("Results are there once the job is complete")
    return Csv(job.results.get(kind, b""))


def _told(job: Job, *, with_type: bool = True) -> dict[str, Any]:
    facts = dict(job.facts)
    if not with_type:
        del facts["jobType"]
        return facts
    counts = {"numberRecordsProcessed": 0, "numberRecordsFailed": 0, "retries": 0}
    times = dict.fromkeys(("totalProcessingTime", "apiActiveProcessingTime", "apexProcessingTime"), 0)
    return {**counts, **times, **facts}


def _process(org: Org, job: Job) -> None:
    try:
        table = _parse(job.content)
        done = table.slice(0, org.jobs_stop_after.pop(0)) if org.jobs_stop_after else table
        rows = _apply(org, job, done)
    except SalesforceError as error:
        job.facts["errorMessage"] = f"InvalidBatch : {error.code} : {error.message}"
        bulk.move(org, job, "Failed")
        return
    job.results = _results(table, rows)
    if done.num_rows < table.num_rows:
        job.facts["errorMessage"] = "InternalServerError : Unable to process all the rows of the job"
    failed = sum(row.error is not None for row in rows)
    job.facts |= {"numberRecordsProcessed": len(rows), "numberRecordsFailed": failed}
    job.content = b""
    bulk.move(org, job, "JobComplete" if done.num_rows == table.num_rows else "Failed")


def _parse(content: bytes) -> pa.Table:
    if not content:
        raise SalesforceError(400, "InvalidBatch", "The job has no data")
    try:
        return pa.csv.read_csv(
            io.BytesIO(content),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(_header(content), pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise SalesforceError(400, "InvalidBatch", "Failed to parse CSV") from error


def _header(content: bytes) -> list[str]:
    first = content.split(b"\n", 1)[0].decode("utf-8", errors="replace").strip("\r\ufeff")
    return [name.strip('"') for name in first.split(",")]


def _apply(org: Org, job: Job, table: pa.Table) -> list[Row]:
    operation, object_name = job.facts["operation"], job.facts["object"]
    names = [str(name) for name in table.schema.names]
    done: list[Row] = []
    for batch in table.to_batches(max_chunksize=ROWS_A_BATCH):
        values = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        rows = [_row(org, object_name, operation, names, given) for given in values]
        writes.apply(org, rows, _write(org, job, rows), all_or_none=False)
        done += rows
    return done


def _row(org: Org, object_name: str, operation: str, names: Sequence[str], given: Sequence[str]) -> Row:
    """Read one CSV line: an empty cell leaves the field alone, `#N/A` empties it."""
    values = {
        name: None if value == NULL_MARK else value for name, value in zip(names, given, strict=True) if value != ""
    }
    return read_row(org, object_name, values, is_create=operation == "insert", is_csv=True)


def _write(org: Org, job: Job, rows: Sequence[Row]) -> Any:
    operation, object_name = job.facts["operation"], job.facts["object"]
    if operation == "upsert":
        external = _external(org, object_name, job.facts)
        return lambda: writes.upsert(org, object_name, external, rows)
    return {
        "insert": lambda: writes.create(org, rows),
        "update": lambda: writes.update(org, rows),
        "delete": lambda: writes.delete(org, rows),
        "hardDelete": lambda: writes.delete(org, rows),
    }[operation]


def _external(org: Org, object_name: str, facts: Mapping[str, Any]) -> Field:
    given = str(facts.get("externalIdFieldName", ""))
    found = org.fields(object_name).get(given.lower())
    if found is None or not (found.external_id or found.type == "id"):
        raise SalesforceError(400, "INVALIDJOB", f"InvalidJob : Field name provided, {given} is not an External ID")
    return found


def _results(table: pa.Table, rows: Sequence[Row]) -> dict[str, bytes]:
    """Write the result tables, last row first: their order is not that of the upload."""
    good = [at for at in reversed(range(len(rows))) if rows[at].error is None]
    bad = [at for at in reversed(range(len(rows))) if rows[at].error is not None]
    failures = [rows[at].error for at in bad]
    return {
        "successful": _csv(
            table,
            good,
            sf__Id=[rows[at].id for at in good],
            sf__Created=[str(rows[at].created).lower() for at in good],
        ),
        "failed": _csv(
            table,
            bad,
            sf__Id=[rows[at].id or "" for at in bad],
            sf__Error=[error.text() if isinstance(error, RowError) else "" for error in failures],
        ),
        "unprocessed": _csv(table, range(len(rows), table.num_rows)),
    }


def _csv(table: pa.Table, positions: Sequence[int], **extra: Sequence[str | None]) -> bytes:
    chosen = table.take(pa.array(positions, pa.int64()))
    columns = {name: pa.array(values, pa.string()) for name, values in extra.items()}
    given: dict[str, Any] = dict(zip(chosen.schema.names, chosen.columns, strict=True))
    return bulk.write_csv(pa.table({**columns, **given}))
