"""sObject Collections: up to 200 rows a call, answered in their order, 200 OK even if every row failed.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.salesforce import writes
from abm_sandbox.salesforce.answers import Json
from abm_sandbox.salesforce.bodies import read_json
from abm_sandbox.salesforce.describe import object_in_path
from abm_sandbox.salesforce.errors import SalesforceError
from abm_sandbox.salesforce.ids import is_id, long_id
from abm_sandbox.salesforce.query import as_record
from abm_sandbox.salesforce.row import Row, no_such_column, read_row
from abm_sandbox.salesforce.rows import external_field
from abm_sandbox.salesforce.schema import STANDARD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from abm_sandbox.salesforce.org import Org

MOST_ROWS, MOST_CHUNKS, MOST_READ = 200, 10, 2000


async def create(request: Request) -> Json:
    """Answer POST /composite/sobjects."""
    org: Org = request.app.state.org
    body = await read_json(request)
    rows = _rows(org, body, is_create=True)
    writes.apply(org, rows, lambda: writes.create(org, rows), all_or_none=_all_or_none(body))
    return Json([row.result() for row in rows])


async def update(request: Request) -> Json:
    """Answer PATCH /composite/sobjects."""
    org: Org = request.app.state.org
    body = await read_json(request)
    rows = _rows(org, body, is_create=False)
    writes.apply(org, rows, lambda: writes.update(org, rows), all_or_none=_all_or_none(body))
    return Json([row.result() for row in rows])


async def upsert(request: Request) -> Json:
    """Answer PATCH /composite/sobjects/{object}/{field}."""
    org: Org = request.app.state.org
    name, external = object_in_path(request), external_field(request)
    body = await read_json(request)
    rows = _rows(org, body, is_create=False)
    if any(row.object != name for row in rows):
        raise SalesforceError(400, "INVALID_TYPE", f"All records must be of type {name}")
    all_or_none = _all_or_none(body)
    writes.apply(org, rows, lambda: writes.upsert(org, name, external, rows), all_or_none=all_or_none)
    return Json([row.result(tells_created=True) for row in rows])


async def delete(request: Request) -> Json:
    """Answer DELETE /composite/sobjects?ids=."""
    org: Org = request.app.state.org
    ids = [given for given in request.query_params.get("ids", "").split(",") if given]
    _check_count(ids)
    rows = [Row(_object_of(given), given) for given in ids]
    all_or_none = request.query_params.get("allOrNone", "false").lower() == "true"
    writes.apply(org, rows, lambda: writes.delete(org, rows), all_or_none=all_or_none)
    return Json([row.result() for row in rows])


async def read(request: Request) -> Json:
    """Answer POST /composite/sobjects/{object}, and GET with the same in its query; null where no record is."""
    org: Org = request.app.state.org
    name = object_in_path(request)
    ids, names = await _wanted(request)
    fields = org.fields(name)
    for given in names:
        if given.lower() not in fields:
            raise no_such_column(name, given)
    chosen = [fields[given] for given in dict.fromkeys(["id", *(given.lower() for given in names)])]
    columns = ", ".join(f'record."{field.name}"' for field in chosen)
    found = {
        row["Id"]: as_record(name, chosen, row, version=request.path_params["version"])
        for row in org.store.execute(
            f'select {columns} from json_each(?) as wanted inner join "{name}" as record on record.Id = wanted.value',
            [orjson.dumps(ids).decode()],
        )
    }
    return Json([found.get(given) for given in ids])


async def _wanted(request: Request) -> tuple[list[str], list[str]]:
    if request.method == "GET":
        ids, names = (request.query_params.get(key, "").split(",") for key in ("ids", "fields"))
    else:
        body = await read_json(request)
        ids, names = body.get("ids", []), body.get("fields", [])
    if len(ids) > MOST_READ:
        raise SalesforceError(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_READ}")
    return [long_id(given) if is_id(given) else given for given in ids], names


def _rows(org: Org, body: dict[str, Any], *, is_create: bool) -> list[Row]:
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "records must be a list of records")
    _check_count(records)
    names = [_type_of(org, record) for record in records]
    if sum(1 for _ in groupby(names)) > MOST_CHUNKS:
        raise SalesforceError(400, "INVALID_INPUT", f"more than {MOST_CHUNKS} chunks of one type in a request")
    return [read_row(org, name, record, is_create=is_create) for name, record in zip(names, records, strict=True)]


def _type_of(org: Org, record: dict[str, Any]) -> str:
    name = (record.get("attributes") or {}).get("type")
    if not name:
        raise SalesforceError(400, "INVALID_INPUT", "each record needs attributes with a type")
    return org.object_name(str(name))


def _object_of(given: str) -> str:
    for name, known in STANDARD.items():
        if given.startswith(known.prefix):
            return name
    raise SalesforceError(400, "MALFORMED_ID", "malformed id")


def _check_count(rows: Sequence[Any]) -> None:
    if len(rows) > MOST_ROWS:
        raise SalesforceError(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {MOST_ROWS} records into this call",
        )


def _all_or_none(body: dict[str, Any]) -> bool:
    return bool(body.get("allOrNone", False))
