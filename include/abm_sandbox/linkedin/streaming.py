"""/companies and /users of a segment: elements added and removed, each answered for inside one 200.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-companies
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.linkedin import members
from abm_sandbox.linkedin.ad_account import Element
from abm_sandbox.linkedin.errors import ApiError, Json, invalid
from abm_sandbox.linkedin.segments import account_of, method, read_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

MOST_ELEMENTS = 5000


async def companies(request: Request) -> Response:
    return await _stream(request, "COMPANY", members.company_key)


async def users(request: Request) -> Response:
    return await _stream(request, "USER", members.user_key)


async def _stream(request: Request, kind: str, key_of: Callable[[dict[str, Any]], str]) -> Response:
    if method(request, "") != "BATCH_CREATE":
        raise invalid("X-RestLi-Method must be BATCH_CREATE")
    given = (await read_object(request)).get("elements")
    if not isinstance(given, list):
        raise invalid("/elements :: field is required but not found and has no default value", "MISSING_FIELD")
    if len(given) > MOST_ELEMENTS:
        raise invalid(f"The batch has {len(given)} elements, more than {MOST_ELEMENTS}", "BATCH_TOO_LARGE")
    account = account_of(request)
    account.check_account(account.urn, writes=True)
    segment = account.ready_segment(request.path_params["id"], kind)
    read = [_met(account.element_faults, _read(element, key_of)) for element in given]
    account.write_members(
        segment["id"], [item for item in read if isinstance(item, Element)], are_companies=kind == "COMPANY"
    )
    return Json({"elements": [_answer(item) for item in read]})


def _read(element: Any, key_of: Callable[[dict[str, Any]], str]) -> Element | ApiError:
    try:
        key = key_of(element)
    except ApiError as error:
        return error
    identifiers = {name: value for name, value in element.items() if name != "action"}
    return Element(key, element["action"] == "ADD", orjson.dumps(identifiers, option=orjson.OPT_SORT_KEYS).decode())


def _met(faults: Mapping[str, list[ApiError]], item: Element | ApiError) -> Element | ApiError:
    """Return the fault that waits for the member, where one does."""
    waiting = faults.get(item.key) if isinstance(item, Element) else None
    return waiting.pop(0) if waiting else item


def _answer(item: Element | ApiError) -> dict[str, Any]:
    return {"status": 201} if isinstance(item, Element) else {"status": item.status, "error": item.body()}
