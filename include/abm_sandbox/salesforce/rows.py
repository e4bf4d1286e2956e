"""Single records: create, read, update, delete, upsert by external id, and what changed in a span of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from abm_sandbox.salesforce import writes
from abm_sandbox.salesforce.answers import Json
from abm_sandbox.salesforce.bodies import read_json
from abm_sandbox.salesforce.describe import object_in_path
from abm_sandbox.salesforce.errors import RowError, SalesforceError, not_found
from abm_sandbox.salesforce.ids import is_id, long_id
from abm_sandbox.salesforce.moments import stored
from abm_sandbox.salesforce.query import as_record
from abm_sandbox.salesforce.row import Row, no_such_column, read_row
from abm_sandbox.salesforce.values import convert

if TYPE_CHECKING:
    from starlette.requests import Request

    from abm_sandbox.salesforce.org import Org
    from abm_sandbox.salesforce.schema import Field

_NO_CONTENT, _CREATED, _SEVERAL = 204, 201, 300
_STATUS = {"INVALID_CROSS_REFERENCE_KEY": 404, "ENTITY_IS_DELETED": 404, "INSUFFICIENT_ACCESS_OR_READONLY": 403}


async def create(request: Request) -> Response:
    """Answer POST /sobjects/{object}."""
    org: Org = request.app.state.org
    row = read_row(org, object_in_path(request), await read_json(request), is_create=True)
    writes.apply(org, [row], lambda: writes.create(org, [row]), all_or_none=False)
    return Json(_checked(row), status_code=_CREATED)


async def read(request: Request) -> Response:
    """Answer GET /sobjects/{object}/{id}; `fields` narrows the answer."""
    org: Org = request.app.state.org
    name = object_in_path(request)
    names = request.query_params.get("fields")
    fields = _chosen(org, name, names.split(",")) if names else list(org.fields(name).values())
    found = find(org, name, fields, "Id", _id_in_path(request))
    if not found:
        raise not_found("Provided external ID field does not exist or is not accessible: Id")
    return Json(as_record(name, fields, found[0], version=request.path_params["version"]))


async def update(request: Request) -> Response:
    """Answer PATCH /sobjects/{object}/{id}."""
    org: Org = request.app.state.org
    row = read_row(org, object_in_path(request), await read_json(request), is_create=False)
    row.id = _id_in_path(request)
    writes.apply(org, [row], lambda: writes.update(org, [row]), all_or_none=False)
    _checked(row)
    return Response(status_code=_NO_CONTENT)


async def delete(request: Request) -> Response:
    """Answer DELETE /sobjects/{object}/{id}."""
    org: Org = request.app.state.org
    row = Row(object_in_path(request), _id_in_path(request))
    writes.apply(org, [row], lambda: writes.delete(org, [row]), all_or_none=False)
    _checked(row)
    return Response(status_code=_NO_CONTENT)


async def read_by_external_id(request: Request) -> Response:
    """Answer GET /sobjects/{object}/{field}/{value}: the record, or 300 with the addresses of several."""
    org: Org = request.app.state.org
    name, external = object_in_path(request), external_field(request)
    fields = list(org.fields(name).values())
    found = find(org, name, fields, external.name, request.path_params["value"])
    if not found:
        raise not_found()
    if len(found) > 1:
        return _several(request, [row["Id"] for row in found])
    return Json(as_record(name, fields, found[0], version=request.path_params["version"]))


async def upsert(request: Request) -> Response:
    """Answer PATCH /sobjects/{object}/{field}/{value}."""
    org: Org = request.app.state.org
    name, external = object_in_path(request), external_field(request)
    body = await read_json(request)
    if external.name.lower() in {key.lower() for key in body}:
        raise SalesforceError(400, "INVALID_FIELD", f"The {external.name} field should not be specified in the body")
    value = convert(external, request.path_params["value"], is_csv=True)
    found = find(org, name, [org.fields(name)["id"]], external.name, value)
    if len(found) > 1:
        return _several(request, [row["Id"] for row in found])
    if not found and request.query_params.get("updateOnly") == "true":
        raise not_found()
    row = read_row(org, name, {**body, external.name: value}, is_create=False)
    writes.apply(org, [row], lambda: writes.upsert(org, name, external, [row]), all_or_none=False)
    _checked(row)
    return Json(row.result(tells_created=True), status_code=_CREATED if row.created else 200)


async def deleted(request: Request) -> Response:
    """Answer GET /sobjects/{object}/deleted?start=&end=."""
    start, end, rows = _moved(request, is_deleted=True)
    records = [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in rows]
    return Json({"deletedRecords": records, "earliestDateAvailable": start, "latestDateCovered": end})


async def updated(request: Request) -> Response:
    """Answer GET /sobjects/{object}/updated?start=&end=."""
    _, end, rows = _moved(request, is_deleted=False)
    return Json({"ids": [row["Id"] for row in rows], "latestDateCovered": end})


def find(org: Org, name: str, fields: list[Field], key: str, value: Any) -> list[Any]:
    """Return the records, not deleted, whose field `key` has the value."""
    columns = ", ".join(f'"{found.name}"' for found in fields)
    is_live = " and IsDeleted = 0" if "isdeleted" in org.fields(name) else ""
    return org.store.execute(f'select {columns} from "{name}" where "{key}" = ?{is_live}', [value])


def external_field(request: Request) -> Field:
    org: Org = request.app.state.org
    given = request.path_params["field"]
    found = org.fields(object_in_path(request)).get(given.lower())
    if found is None or not found.external_id:
        raise not_found(f"Provided external ID field does not exist or is not accessible: {given}")
    return found


def _chosen(org: Org, name: str, wanted: list[str]) -> list[Field]:
    fields = org.fields(name)
    for given in wanted:
        if given.lower() not in fields:
            raise no_such_column(name, given)
    return [fields[given.lower()] for given in ["Id", *(given for given in wanted if given.lower() != "id")]]


def _id_in_path(request: Request) -> str:
    given: str = request.path_params["id"]
    if not is_id(given):
        raise not_found()
    return long_id(given)


def _checked(row: Row) -> dict[str, Any]:
    if row.error is None:
        return row.result()
    raise _as_request_error(row.error)


def _as_request_error(error: RowError) -> SalesforceError:
    return SalesforceError(_STATUS.get(error.code, 400), error.code, error.message, error.fields)


def _several(request: Request, ids: list[str]) -> Response:
    base = f"/services/data/{request.path_params['version']}/sobjects/{object_in_path(request)}"
    return Json([f"{base}/{found}" for found in ids], status_code=_SEVERAL)


def _moved(request: Request, *, is_deleted: bool) -> tuple[str, str, list[Any]]:
    try:
        start, end = (stored(request.query_params[name].replace(" ", "+")) for name in ("start", "end"))
    except (KeyError, ValueError) as error:
        raise SalesforceError(400, "INVALID_REPLICATION_DATE", "start and end must be date-times") from error
    org: Org = request.app.state.org
    rows = org.store.execute(
        f'select Id, SystemModstamp from "{object_in_path(request)}" '
        "where SystemModstamp >= ? and SystemModstamp < ? and IsDeleted = ? order by SystemModstamp",
        [start, end, int(is_deleted)],
    )
    return start, end, rows
