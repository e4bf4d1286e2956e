"""Marketing e-mail events: the older feed, paged by an opaque offset.

https://developers.hubspot.com/docs/api-reference/legacy/email-analytics-v1/guide
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from abm_sandbox.hubspot.errors import invalid, json_response
from abm_sandbox.hubspot.portal import portal_of
from abm_sandbox.hubspot.records import page_size

if TYPE_CHECKING:
    from sqlite3 import Row

    from starlette.requests import Request
    from starlette.responses import Response

DEFAULT_PAGE, LARGEST_PAGE = 10, 1000
PORTAL_ID = 1
_FOREVER = 2**62


async def list_page(request: Request) -> Response:
    """Answer events newest last, from `startTimestamp` on and before `endTimestamp`."""
    query = request.query_params
    size = page_size(request, DEFAULT_PAGE, LARGEST_PAGE)
    created, event = _position(query.get("offset", ""))
    rows = portal_of(request).store.execute(
        "select * from email_events where (created, id) > (?, ?) and created >= ? and created < ? "
        "and (? is null or type = ?) and (? is null or recipient = ?) order by created, id limit ?",
        [
            *(created, event, _milliseconds(request, "startTimestamp", 0)),
            _milliseconds(request, "endTimestamp", _FOREVER),
            *(query.get("eventType"), query.get("eventType"), query.get("recipient"), query.get("recipient")),
            size + 1,
        ],
    )
    page = rows[:size]
    offset = _offset(page[-1]) if page else query.get("offset", "")
    return json_response({"hasMore": len(rows) > size, "offset": offset, "events": [_to_api(row) for row in page]})


def _to_api(row: Row) -> dict[str, Any]:
    event: dict[str, Any] = {
        "id": row["id"],
        "created": row["created"],
        "type": row["type"],
        "recipient": row["recipient"],
        "portalId": PORTAL_ID,
        "appId": 113,
        "appName": "Batch",
        "emailCampaignId": int(row["emailCampaignId"]),
    }
    if row["type"] in {"OPEN", "CLICK"}:
        event["filteredEvent"] = bool(row["filteredEvent"])
    return event


def _milliseconds(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is not None and not text.isdecimal():
        raise invalid(f"Query parameter '{name}' must be a timestamp in milliseconds")
    return default if text is None else min(int(text), _FOREVER)


def _offset(row: Row) -> str:
    return base64.urlsafe_b64encode(f"{row['created']}:{row['id']}".encode()).decode()


def _position(offset: str) -> tuple[int, str]:
    if not offset:
        return -1, ""
    try:
        created, _, event = base64.urlsafe_b64decode(offset).decode().partition(":")
        return int(created), event
    except (binascii.Error, ValueError):
        raise invalid("Query parameter 'offset' is not one of ours") from None
