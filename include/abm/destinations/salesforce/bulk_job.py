"""Bulk API 2.0 ingest: one CSV up, three CSVs of results down, in no particular order.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv

from abm.destinations.apart import write_the_same
from abm.destinations.salesforce.answers import Answer, from_bulk_error
from abm.destinations.salesforce.fields import OBJECT
from abm.errors import ContractError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from abm.destinations import Change
    from abm.platforms.salesforce_bulk import BulkJobs

NULL_MARK = "#N/A"  # an empty cell would leave the field as it is
_FAULT_OF_FIELD = re.compile(r"INVALID_FIELD|Field name not found", re.IGNORECASE)
_FAULTS_OF_THE_FILE = ("InvalidBatch", "ClientInputError", "InvalidJob")


def update(jobs: BulkJobs, changes: Sequence[Change]) -> Sequence[Answer]:
    """Send the rows as one job and return an answer for each.

    Raises RefusedError where Salesforce could not read the job and took none of its rows: one of them may be the cause.
    """
    job_id = _upload(jobs, write_csv(changes))
    _close(jobs, job_id)
    facts = jobs.wait(job_id)
    answers = _results(jobs, job_id, {change.object_key: change for change in changes}, facts)
    if not answers and _is_unreadable(facts):
        told = str(facts["errorMessage"])
        if _FAULT_OF_FIELD.search(told) and write_the_same(changes):
            return [Answer(change, "INVALID_BATCH", told) for change in changes]
        raise RefusedError(f"Salesforce could not read bulk job '{job_id}'", code="INVALID_BATCH")
    return [answers.get(change.object_key) or _unanswered(change, facts) for change in changes]


def _upload(jobs: BulkJobs, content: bytes) -> str:
    """Return the id of an open job that holds the rows.

    A job takes one upload: where the answer to it was lost, the second try is refused, and a new job is made. The first
    one stays open, without effect, and Salesforce drops it.
    """
    for is_last in (False, True):
        job_id = jobs.create({"object": OBJECT, "operation": "update", "contentType": "CSV", "lineEnding": "LF"})
        try:
            path, headers = jobs.path(job_id, "batches"), {"Content-Type": "text/csv"}
            jobs.client.request("PUT", path, content=content, headers=headers)
        except RefusedError:
            if is_last:
                raise
        else:
            break
    return job_id


def _close(jobs: BulkJobs, job_id: str) -> None:
    """Let the job begin; a refusal counts only if it has not begun, for the answer to a first try may be lost."""
    try:
        jobs.client.request("PATCH", jobs.path(job_id), json={"state": "UploadComplete"})
    except RefusedError:
        if jobs.client.request("GET", jobs.path(job_id)).json().get("state") == "Open":
            raise


def write_csv(changes: Sequence[Change]) -> bytes:
    """Return the upload: `Id`, then each field that any row has; a row without a field leaves it as it is."""
    columns: dict[str, Any] = {"Id": pa.array([change.object_key for change in changes], pa.string())}
    columns |= {name: _column(values) for name, values in _by_field([change.payload for change in changes])}
    sink = io.BytesIO()
    pa.csv.write_csv(pa.table(columns), sink, pa.csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()


def _by_field(payloads: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield each field with its values; payloads of the same fields, which is nearly all, are turned without a loop."""
    shapes = dict.fromkeys(map(tuple, payloads))
    if len(shapes) == 1:
        yield from zip(*shapes, zip(*(payload.values() for payload in payloads), strict=True), strict=True)
        return
    for name in dict.fromkeys(name for shape in shapes for name in shape):
        yield name, [payload.get(name, "") for payload in payloads]


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
    (good,) = _read(jobs, job_id, "successfulResults", "Id")
    answers = {key: Answer(changes[key]) for key in good if key in changes}
    if facts.get("numberRecordsFailed") != 0:
        bad, errors = _read(jobs, job_id, "failedResults", "Id", "sf__Error")
        told = zip(bad, errors, strict=True)
        answers |= {key: from_bulk_error(changes[key], error) for key, error in told if key in changes}
    return answers


def _read(jobs: BulkJobs, job_id: str, results: str, *names: str) -> Sequence[Sequence[str]]:
    """Return the named columns of one of the job's result tables."""
    content = jobs.client.request("GET", jobs.path(job_id, results), headers={"Accept": "text/csv"}).content
    if not content.strip():
        return [[] for _ in names]
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
    columns: list[list[Any]] = [table.column(name).to_pylist() for name in names]
    return columns


def _is_unreadable(facts: Mapping[str, Any]) -> bool:
    return facts.get("state") == "Failed" and str(facts.get("errorMessage") or "").startswith(_FAULTS_OF_THE_FILE)


def _unanswered(change: Change, facts: Mapping[str, Any]) -> Answer:
    return Answer(change, "UNPROCESSED", f"the bulk job ended as {facts.get('state')} before this row")
