"""Custom Audiences of the account: create, list, read, rename, delete.

https://developers.facebook.com/docs/marketing-api/reference/custom-audience
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from abm_sandbox.meta.errors import Json, invalid
from abm_sandbox.meta.parameters import account_of, read_parameters

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Row

    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.meta.ad_account import AdAccount

MOST_A_PAGE, USUAL_PAGE = 500, 25
FILE_SOURCES = frozenset({"USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED"})
SUBTYPES = frozenset({"CUSTOM", "WEBSITE", "APP", "LOOKALIKE", "ENGAGEMENT", "OFFLINE_CONVERSION", "VIDEO"})
_DESCRIBING = ("description", "customer_file_source", "retention_days")
_CHANGEABLE = ("name", *_DESCRIBING)
_NORMAL = {"code": 200, "description": "Normal"}
_STEP = 100  # bounds are told in hundreds


async def create(request: Request) -> Response:
    parameters = await read_parameters(request)
    account = account_of(request)
    account.check_account(request.path_params["id"])
    account.check_may_write()
    if not isinstance(parameters.get("name"), str) or not parameters["name"].strip():
        raise invalid("The parameter name is required")
    subtype = parameters.get("subtype", "CUSTOM")
    if subtype not in SUBTYPES:
        raise invalid(f"Param subtype must be one of {{{', '.join(sorted(SUBTYPES))}}}")
    if subtype == "CUSTOM" and parameters.get("customer_file_source") not in FILE_SOURCES:
        raise invalid("customer_file_source is required for a customer file custom audience")
    values = {name: parameters[name] for name in _CHANGEABLE if name in parameters}
    return Json({"id": account.add_audience({**values, "subtype": subtype})})


async def find(request: Request) -> Response:
    """Answer GET /act_<id>/customaudiences, a page of it; the cursors go on to the next."""
    account = account_of(request)
    account.check_account(request.path_params["id"])
    query = request.query_params
    count = min(_number(query.get("limit", str(USUAL_PAGE))), MOST_A_PAGE)
    rows = account.audiences(_number(query.get("after", "0")), count)
    page = rows[:count]
    if not page:
        return Json({"data": []})
    cursors = {"before": str(page[0]["id"]), "after": str(page[-1]["id"])}
    paging: dict[str, Any] = {"cursors": cursors}
    if len(rows) > count:
        paging["next"] = str(request.url.include_query_params(after=cursors["after"]))
    return Json({"data": [_told(account, row, query.get("fields")) for row in page], "paging": paging})


async def read(request: Request) -> Response:
    account = account_of(request)
    return Json(_told(account, account.audience(request.path_params["id"]), request.query_params.get("fields")))


async def update(request: Request) -> Response:
    parameters = await read_parameters(request)
    account = account_of(request)
    account.editable_audience(request.path_params["id"])
    values = {name: parameters[name] for name in _CHANGEABLE if name in parameters}
    if values:
        account.update_audience(request.path_params["id"], values)
    return Json({"success": True})


async def delete(request: Request) -> Response:
    account = account_of(request)
    account.check_may_write()
    account.audience(request.path_params["id"])
    account.delete_audience(request.path_params["id"])
    return Json({"success": True})


async def terms(request: Request) -> Response:
    """Answer GET /act_<id>/customaudiencestos: the terms that the account has accepted."""
    account = account_of(request)
    account.check_account(request.path_params["id"])
    accepted = [{"id": "1", "content": "Custom Audience Terms", "type": "web_custom_audience_tos"}]
    return Json({"data": accepted if account.has_terms else []})


def _told(account: AdAccount, row: Row, fields: str | None) -> dict[str, Any]:
    """Return the fields asked for, and the id always."""
    asked = [name for name in (fields or "id").split(",") if name]
    if unknown := [name for name in asked if name not in FIELDS]:
        raise invalid(f"Tried accessing nonexisting field ({unknown[0]}) on node type (CustomAudience)")
    told = {name: FIELDS[name](account, row) for name in ("id", *asked)}
    return {name: value for name, value in told.items() if value is not None}


def _bounds(account: AdAccount, row: Row) -> tuple[int, int]:
    """Return the range in which Meta tells the size; -1 while it is not ready or too small."""
    matched = account.members.matched(row["id"])
    if account.is_updating(row) or matched < account.minimum:
        return -1, -1
    lower = max(matched // _STEP * _STEP, 1)
    return lower, lower + max(_STEP, lower // 6 // _STEP * _STEP)


def _delivery(account: AdAccount, row: Row) -> dict[str, Any]:
    if account.members.matched(row["id"]) < account.minimum:
        return {"code": 300, "description": "Audience too small: it has too few people to deliver to."}
    return {"code": 200, "description": "This audience is ready for use."}


def _operation(account: AdAccount, row: Row) -> dict[str, Any]:
    if row["is_flagged"]:
        return {"code": 471, "description": "This audience is flagged for integrity restrictions."}
    return {"code": 412, "description": "Processing"} if account.is_updating(row) else _NORMAL


def _column(name: str, _account: AdAccount, row: Row) -> Any:
    return row[name]


FIELDS: dict[str, Callable[[AdAccount, Row], Any]] = {
    "id": lambda _, row: str(row["id"]),
    "account_id": lambda account, _: account.number,
    "approximate_count_lower_bound": lambda account, row: _bounds(account, row)[0],
    "approximate_count_upper_bound": lambda account, row: _bounds(account, row)[1],
    "delivery_status": _delivery,
    "operation_status": _operation,
    "fields_violating_integrity_policy": lambda _, row: ["name"] if row["is_flagged"] else None,
    "time_created": lambda _, row: int(row["time_created"]),
    "time_updated": lambda _, row: int(row["time_updated"]),
    "time_content_updated": lambda _, row: int(row["time_content_updated"] or row["time_created"]),
    **{name: partial(_column, name) for name in ("name", "subtype", *_DESCRIBING)},
}


def _number(text: str) -> int:
    if not text.isdecimal():
        raise invalid("limit and cursors must be numbers")
    return int(text)
