"""What Bulk API 2.0 ingest and query share: jobs, their states and their tables in CSV."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv

from abm_sandbox.salesforce.errors import SalesforceError, not_found
from abm_sandbox.salesforce.org import USER_ID, Job, Org

if TYPE_CHECKING:
    from starlette.requests import Request

FINAL = frozenset({"JobComplete", "Failed", "Aborted"})


def new_job(org: Org, request: Request, facts: dict[str, Any]) -> Job:
    """Remember a job and give it what every job has."""
    now = org.now()
    job = Job(
        {
            "id": org.next_ids("750", 1)[0],
            "createdById": USER_ID,
            "createdDate": now,
            "systemModstamp": now,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(request.path_params["version"].removeprefix("v")),
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
            **facts,
        }
    )
    org.keep_job(job)
    return job


def job_in_path(request: Request, job_type: str) -> Job:
    org: Org = request.app.state.org
    job = org.jobs.get(request.path_params["job"])
    if job is None or job.facts["jobType"] != job_type:
        raise not_found()
    return job


def list_jobs(org: Org, job_type: str) -> dict[str, Any]:
    records = [job.facts for job in org.jobs.values() if job.facts["jobType"] == job_type]
    return {"done": True, "nextRecordsUrl": None, "records": records}


def move(org: Org, job: Job, state: str) -> None:
    job.facts |= {"state": state, "systemModstamp": org.now()}


def invalid_state(message: str) -> SalesforceError:
    return SalesforceError(400, "INVALIDJOBSTATE", message)


def write_csv(table: pa.Table) -> bytes:
    """Return the table with every value quoted and null as nothing, as the Bulk API writes it."""
    sink = io.BytesIO()
    pa.csv.write_csv(table, sink, pa.csv.WriteOptions(quoting_style="all_valid"))
    return sink.getvalue()
