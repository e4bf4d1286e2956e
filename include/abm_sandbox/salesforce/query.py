"""Queries and their pages."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.salesforce import soql
from abm_sandbox.salesforce.answers import Json
from abm_sandbox.salesforce.errors import SalesforceError
from abm_sandbox.salesforce.org import Cursor, Org

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from starlette.requests import Request

    from abm_sandbox.salesforce.schema import Field

SMALLEST_PAGE, LARGEST_PAGE = 200, 2000


async def query(request: Request) -> Json:
    """Answer GET /query and /queryAll."""
    org: Org = request.app.state.org
    text = request.query_params.get("q", "")
    asked = soql.parse(org, text)
    is_all = request.url.path.rstrip("/").lower().endswith("queryall")
    if asked.is_count:
        return Json({"totalSize": count(org, asked, is_all=is_all), "done": True, "records": []})
    return _page(request, open_cursor(org, asked, is_all=is_all), locator=None, start=0)


async def more(request: Request) -> Json:
    """Answer GET /query/{locator}-{start}."""
    org: Org = request.app.state.org
    locator, _, start = request.path_params["locator"].rpartition("-")
    cursor = org.cursors.get(locator)
    if cursor is None or not start.isdigit() or int(start) > len(cursor.rowids):
        raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(request, cursor, locator=locator, start=int(start))


def count(org: Org, asked: soql.Query, *, is_all: bool) -> int:
    condition = _condition(org, asked, is_all=is_all)
    rows = org.store.execute(f'select count(*) as rows from "{asked.object}" where {condition}', asked.parameters)
    total: int = rows[0]["rows"]
    return total


def open_cursor(org: Org, asked: soql.Query, *, is_all: bool) -> Cursor:
    """Remember which rows the query finds now; their pages are cut from these, whatever is written meanwhile."""
    rows = org.store.execute(
        f'select rowid from "{asked.object}" where {_condition(org, asked, is_all=is_all)} '
        f"order by {asked.order} limit ? offset ?",
        [*asked.parameters, -1 if asked.limit is None else asked.limit, asked.offset],
    )
    return Cursor(asked.object, asked.fields, array("q", (row[0] for row in rows)), is_all)


def read_rows(org: Org, cursor: Cursor, start: int, count: int) -> list[sqlite3.Row]:
    """Read the columns of the cursor's rows in its order; a row that was purged meanwhile is left out."""
    columns = ", ".join(f'record."{field.name}"' for field in cursor.fields)
    wanted = orjson.dumps(cursor.rowids[start : start + count].tolist()).decode()
    return org.store.execute(
        f'select {columns} from json_each(?) as page inner join "{cursor.object}" as record '
        "on record.rowid = page.value order by page.key",
        [wanted],
    )


def as_record(
    object_name: str, fields: Sequence[Field], row: Sequence[Any], *, version: str, record_id: str | None = None
) -> dict[str, Any]:
    """Return the row as REST answers it, with its type and address."""
    values = {field.name: _plain(field, value) for field, value in zip(fields, row, strict=True)}
    attributes = {"type": object_name}
    if found := values.get("Id", record_id):
        attributes["url"] = f"/services/data/{version}/sobjects/{object_name}/{found}"
    return {"attributes": attributes, **values}


def _plain(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.type == "boolean":
        return bool(value)
    return int(value) if field.type == "int" else value


def _page(request: Request, cursor: Cursor, *, locator: str | None, start: int) -> Json:
    org: Org = request.app.state.org
    version = request.path_params["version"]
    size = min(_page_rows(request.headers.get("Sforce-Query-Options", "")), org.max_page_rows)
    rows = read_rows(org, cursor, start, size)
    end = start + size
    body: dict[str, Any] = {"totalSize": len(cursor.rowids), "done": end >= len(cursor.rowids)}
    if not body["done"]:
        locator = locator or org.keep_cursor(cursor)
        body["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{end}"
    body["records"] = [as_record(cursor.object, cursor.fields, row, version=version) for row in rows]
    return Json(body)


def _page_rows(options: str) -> int:
    name, _, value = options.replace(" ", "").partition("=")
    if name.lower() != "batchsize" or not value.isdigit():
        return LARGEST_PAGE
    return min(max(int(value), SMALLEST_PAGE), LARGEST_PAGE)


def _condition(org: Org, asked: soql.Query, *, is_all: bool) -> str:
    hides_deleted = not is_all and "isdeleted" in org.fields(asked.object)
    return f"{asked.where} and IsDeleted = 0" if hides_deleted else asked.where
