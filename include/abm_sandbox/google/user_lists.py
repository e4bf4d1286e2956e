"""/v1/accountTypes/{type}/accounts/{id}/userLists: create, list, get, patch, delete.

https://developers.google.com/data-manager/api/reference/rest/v1/accountTypes.accounts.userLists
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abm_sandbox.google.ads_account import DAY, LONGEST_MEMBERSHIP_DAYS
from abm_sandbox.google.bodies import account_of, read_object
from abm_sandbox.google.errors import ApiError, Json, invalid, not_found
from abm_sandbox.google.processing import is_matched
from abm_sandbox.google.schema import read as read_message

if TYPE_CHECKING:
    from sqlite3 import Row

    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.google.ads_account import AdsAccount

DEFAULT_PAGE, LONGEST_PAGE = 50, 1000
FEWEST_FOR_TARGETING = 100
_DURATION = re.compile(r"(\d+)s")
_CONDITION = re.compile(r'(?P<field>\w[\w.]*) *= *(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+))(?: +AND +(?=\w)|$)')
_COLUMNS = {
    "id": "cast(id as text)",
    "display_name": "displayName",
    "displayName": "displayName",
    "description": "description",
    "membership_status": "membershipStatus",
    "integration_code": "integrationCode",
    "ingested_user_list_info.upload_key_types": "uploadKeyType",
}
_PATCHED = {"display_name": "displayName", "description": "description", "integration_code": "integrationCode"}


async def create(request: Request) -> Response:
    account = _account(request, writes=True)
    body = read_message(await read_object(request), "UserList")
    account.check_signed()
    values = _new(body)
    _check_name(account, values["displayName"], None)
    if _is_dry(request):
        return Json({key: value for key, value in body.items() if key != "name"})
    columns = {**values, "created": account.clock()}
    marks = ", ".join("?" * len(columns))
    account.store.execute(f"insert into user_lists ({', '.join(columns)}) values ({marks})", list(columns.values()))
    (row,) = account.store.execute("select * from user_lists where displayName = ?", [values["displayName"]])
    return Json(_told(account, row))


async def find(request: Request) -> Response:
    """List, page by page, what the filter leaves."""
    account = _account(request)
    query = request.query_params
    size = min(_number(query.get("pageSize", "0"), "page_size") or DEFAULT_PAGE, LONGEST_PAGE)
    after = _number(query.get("pageToken", "0"), "page_token")
    where, values = _condition(query.get("filter", ""))
    rows = account.store.execute(
        f"select * from user_lists where id > ? and {where} order by id limit ?", [after, *values, size + 1]
    )
    answer: dict[str, Any] = {"userLists": [_told(account, row) for row in rows[:size]]} if rows else {}
    if len(rows) > size:
        answer["nextPageToken"] = str(rows[size - 1]["id"])
    return Json(answer)


async def read(request: Request) -> Response:
    account = _account(request)
    return Json(_told(account, _row(request, account)))


async def update(request: Request) -> Response:
    account = _account(request, writes=True)
    row = _row(request, account)
    body = read_message(await read_object(request), "UserList")
    changed = _changes(account, row, body, request.query_params.get("updateMask", ""))
    if changed and not _is_dry(request):
        assigned = ", ".join(f"{column} = ?" for column in changed)
        account.store.execute(f"update user_lists set {assigned} where id = ?", [*changed.values(), row["id"]])
    return Json(_told(account, _row(request, account)))


async def delete(request: Request) -> Response:
    account = _account(request, writes=True)
    row = _row(request, account)
    if not _is_dry(request):
        with account.store.transaction():
            account.store.execute("delete from user_lists where id = ?", [row["id"]])
            account.store.execute("delete from members where list_id = ?", [row["id"]])
    return Json({})


def _account(request: Request, *, writes: bool = False) -> AdsAccount:
    account, path = account_of(request), request.path_params
    if path["type"].upper() != "GOOGLE_ADS":
        raise invalid("parent", "MISMATCHED_ACCOUNT_TYPE", "The account is a Google Ads account.")
    login = request.headers.get("login-account", "").rpartition("/")[2] or None
    account.check_account(path["account"], login, writes=writes)
    account.settle()
    return account


def _row(request: Request, account: AdsAccount) -> Row:
    row = account.user_list(request.path_params["id"])
    if row is None:
        raise not_found("The user list")
    return row


def _new(body: dict[str, Any]) -> dict[str, Any]:
    info = body.get("ingestedUserListInfo", {})
    keys = info.get("uploadKeyTypes", [])
    if not body.get("displayName"):
        raise invalid("displayName", "REQUIRED_FIELD_MISSING", "The display name is required.")
    if len(keys) != 1:
        field = "ingestedUserListInfo.uploadKeyTypes"
        raise invalid(field, "UNSUPPORTED_USER_LIST_UPLOAD_KEY_TYPES", "Exactly one type of key is required.")
    return {
        "displayName": body["displayName"],
        "description": body.get("description"),
        "integrationCode": body.get("integrationCode"),
        "membershipStatus": body.get("membershipStatus", "OPEN"),
        "accountAccessStatus": "ENABLED",
        "membershipDays": _days(body),
        "uploadKeyType": keys[0],
        "dataSourceType": info.get("contactIdInfo", {}).get("dataSourceType", "DATA_SOURCE_TYPE_FIRST_PARTY"),
    }


def _changes(account: AdsAccount, row: Row, body: dict[str, Any], mask: str) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name in filter(None, mask.split(",")):
        if name in {"membership_duration", "membershipDuration"}:
            changed["membershipDays"] = _days(body)
        elif name in {"membership_status", "membershipStatus"}:
            changed["membershipStatus"] = body.get("membershipStatus", "OPEN")
        elif name in _PATCHED or name in _PATCHED.values():
            column = _PATCHED.get(name, name)
            changed[column] = body.get(column)
        else:
            raise invalid(name, "INVALID_UPDATE_MASK", "The field cannot be updated.")
    if "displayName" in changed:
        _check_name(account, changed["displayName"] or "", row["id"])
    return changed


def _check_name(account: AdsAccount, name: str, own_id: int | None) -> None:
    taken = account.store.execute("select id from user_lists where displayName = ?", [name])
    if not name:
        raise invalid("displayName", "INVALID_DISPLAY_NAME", "The display name is invalid.")
    if taken and taken[0]["id"] != own_id:
        raise invalid("displayName", "DISPLAY_NAME_ALREADY_USED", "The display name is already used.")


def _days(body: dict[str, Any]) -> int:
    text = body.get("membershipDuration", f"{LONGEST_MEMBERSHIP_DAYS * DAY:.0f}s")
    found = _DURATION.fullmatch(text)
    if not found or int(found[1]) % DAY:
        raise invalid("membershipDuration", "INVALID_FORMAT", "The duration must be a whole number of days.")
    if int(found[1]) > LONGEST_MEMBERSHIP_DAYS * DAY:
        raise invalid("membershipDuration", "MEMBERSHIP_DURATION_TOO_LONG", "The duration is too long.")
    return int(int(found[1]) // DAY)


def _told(account: AdsAccount, row: Row) -> dict[str, Any]:
    people = {
        found["person"]
        for found in account.store.execute(
            "select distinct person from members where list_id = ? and added <= ?",
            [row["id"], account.clock() - account.counting_seconds],
        )
    }
    matched = sum(map(is_matched, people))
    size = str(matched if matched >= FEWEST_FOR_TARGETING else 0)
    optional = {name: row[name] for name in ("description", "integrationCode") if row[name] is not None}
    contact = {"dataSourceType": row["dataSourceType"]}
    rated = {"matchRatePercentage": round(100 * matched / len(people))} if people else {}
    info = {"contactIdInfo": contact | rated} if row["uploadKeyType"] == "CONTACT_ID" else {}
    return {
        "name": f"accountTypes/google_ads/accounts/{account.account_id}/userLists/{row['id']}",
        "id": str(row["id"]),
        "displayName": row["displayName"],
        **optional,
        "readOnly": False,
        "accessReason": "OWNED",
        "accountAccessStatus": row["accountAccessStatus"],
        "membershipStatus": row["membershipStatus"],
        "membershipDuration": f"{row['membershipDays'] * DAY:.0f}s",
        "ingestedUserListInfo": {"uploadKeyTypes": [row["uploadKeyType"]], **info},
        "sizeInfo": {
            f"{network}MembersCount": size for network in ("displayNetwork", "searchNetwork", "gmail", "youtube")
        },
        "targetNetworkInfo": {
            "eligibleForDisplay": matched >= FEWEST_FOR_TARGETING,
            "eligibleForSearch": matched >= FEWEST_FOR_TARGETING,
        },
    }


def _condition(text: str) -> tuple[str, list[str]]:
    """Return a filter as SQL: equalities joined by AND, which is the part of Google's grammar that is served here."""
    columns, values, place = ["true"], [], 0
    while place < len(text):
        found = _CONDITION.match(text, place)
        if found is None or found["field"] not in _COLUMNS:
            raise invalid("filter", "INVALID_FILTER", "The filter is invalid.")
        columns.append(f"{_COLUMNS[found['field']]} = ?")
        values.append(found["number"] or re.sub(r"\\(.)", r"\1", found["text"]))
        place = found.end()
    return " and ".join(columns), values


def _number(text: str, field: str) -> int:
    if not text.isdecimal():
        reason = "INVALID_PAGE_TOKEN" if field == "page_token" else "INVALID_NUMBER_FORMAT"
        raise ApiError(400, f"The {field} is invalid.", reason=reason)
    return int(text)


def _is_dry(request: Request) -> bool:
    return request.query_params.get("validateOnly") == "true"
