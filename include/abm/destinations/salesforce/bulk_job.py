"""Bulk API 2.0 ingest: one CSV up, three CSVs of results down, in no particular order.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv

from abm.destinations.salesforce.answers import Answer, from_bulk_error
from abm.destinations.salesforce.fields import OBJECT
from abm.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from abm.destinations import Change
    from abm.platforms.salesforce_bulk import BulkJobs

NULL_MARK = "#N/A"  # an empty cell would leave the field as it is
_FAULTS_OF_THE_FILE = ("InvalidBatch", "ClientInputError", "InvalidJob")


def update(jobs: BulkJobs, changes: Sequence[Change]) -> Sequence[Answer]:
    """Send the rows as one job and return an answer for each."""
    job_id = jobs.create({"object": OBJECT, "operation": "update", "contentType": "CSV", "lineEnding": "LF"})
    content = write_csv(changes)
    jobs.client.request("PUT", jobs.path(job_id, "batches"), content=content, headers={"Content-Type": "text/csv"})
    jobs.client.request("PATCH", jobs.path(job_id), json={"state": "UploadComplete"})
    facts = jobs.wait(job_id)
    answers = _results(jobs, job_id, {change.object_key: change for change in changes}, facts)
    return [answers.get(change.object_key) or _unanswered(change, facts) for change in changes]


def write_csv(changes: Sequence[Change]) -> bytes:
    """Return the upload: `Id`, then each field that any row has; a row without a field leaves it as it is."""
    names = dict.fromkeys(name for change in changes for name in change.payload)
    columns: dict[str, Any] = {"Id": pa.array([change.object_key for change in changes], pa.string())}
    for name in names:
        columns[name] = _column([change.payload.get(name, "") for change in changes])
    sink = io.BytesIO()
    pa.csv.write_csv(pa.table(columns), sink, pa.csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()


def _column(values: Sequence[Any]) -> Any:
    """Write values as text; columns of one type, which is nearly all, without a loop."""
    try:
        return pa.array(values).cast(pa.string()).fill_null(NULL_MARK)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    if value is None:
        return NULL_MARK
    return str(value).lower() if isinstance(value, bool) else str(value)


def _results(
    jobs: BulkJobs, job_id: str, changes: Mapping[str, Change], facts: Mapping[str, Any]
) -> Mapping[str, Answer]:
    answers: dict[str, Answer] = {}
    for row in _read(jobs, job_id, "successfulResults", "Id"):
        if row["Id"] in changes:
            answers[row["Id"]] = Answer(changes[row["Id"]])
    if facts.get("numberRecordsFailed") != 0:
        for row in _read(jobs, job_id, "failedResults", "Id", "sf__Error"):
            if row["Id"] in changes:
                answers[row["Id"]] = from_bulk_error(changes[row["Id"]], row["sf__Error"])
    return answers


def _read(jobs: BulkJobs, job_id: str, results: str, *names: str) -> Iterator[Mapping[str, str]]:
    content = jobs.client.request("GET", jobs.path(job_id, results), headers={"Accept": "text/csv"}).content
    if not content.strip():
        return
    try:
        table = pa.csv.read_csv(
            io.BytesIO(content),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                include_columns=list(names),
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise ContractError(
            f"Salesforce's '{results}' of bulk job '{job_id}' cannot be read. Sending its rows again does no harm."
        ) from error
    yield from table.to_pylist()


def _unanswered(change: Change, facts: Mapping[str, Any]) -> Answer:
    """Tell a job that Salesforce could not read, whose rows stay refused, from one that it did not finish."""
    told = str(facts.get("errorMessage") or "")
    if facts.get("state") == "Failed" and told.startswith(_FAULTS_OF_THE_FILE):
        return Answer(change, "INVALID_BATCH", told)
    return Answer(change, "UNPROCESSED", f"the bulk job ended as {facts.get('state')} before this row")
