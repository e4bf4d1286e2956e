"""List uploads: an address to upload to, the CSV file, and its attachment to a segment of that type.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-list-uploads
"""

from __future__ import annotations

import csv
import io
import re
import secrets
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from abm_sandbox.linkedin import members
from abm_sandbox.linkedin.ad_account import Element
from abm_sandbox.linkedin.errors import ApiError, Json, invalid
from abm_sandbox.linkedin.segments import account_of, read_object
from abm_sandbox.linkedin.streaming import MOST_ELEMENTS

if TYPE_CHECKING:
    from starlette.requests import Request

    from abm_sandbox.linkedin.ad_account import AdAccount

MOST_ROWS = 300_000
MOST_BYTES = 20 << 20
LIST_PLATFORM = "LIST_UPLOAD"
_COMPANY_HEADERS = {
    "companyname": "companyName",
    "companywebsite": "companyWebsiteDomain",
    "companyemaildomain": "companyEmailDomain",
    "linkedincompanypageurl": "companyPageUrl",
    "stocksymbol": "stockSymbol",
    "industry": "industry",
    "city": "city",
    "state": "state",
    "companycountry": "country",
    "zipcode": "zipcode",
}
_DIGEST = re.compile(r"[0-9a-f]{64}")


async def upload_url(request: Request, body: dict[str, Any]) -> Response:
    """Answer POST /dmpSegments?action=generateUploadUrl."""
    account = account_of(request)
    account.check_account(str(body.get("owner", "")), writes=True)
    return Json({"value": str(request.url.replace(path=f"/mediaUpload/{secrets.token_urlsafe(12)}", query=""))})


async def upload(request: Request) -> Response:
    """Answer POST <upload address>: 201, the media's id at the end of the location."""
    account = account_of(request)
    account.check_token(request.headers.get("authorization", "").removeprefix("Bearer").strip())
    content = await request.body()
    if len(content) > MOST_BYTES:
        raise ApiError(413, "PAYLOAD_TOO_LARGE", "The file is too large")
    media = secrets.token_urlsafe(12)
    account.store.execute("insert into media values (?, ?)", [media, content.decode("utf-8", "replace")])
    return Response(status_code=201, headers={"location": f"/mediaUpload/{media}"})


async def attach(request: Request) -> Response:
    """Answer POST /dmpSegments/{id}/listUploads: 201; the segment takes its members, and is built by the clock."""
    account = account_of(request)
    account.check_account(account.urn, writes=True)
    segment = account.segment(request.path_params["id"])
    if not segment["type"].endswith("_LIST_UPLOAD") or segment["sourcePlatform"] != LIST_PLATFORM:
        raise invalid(f"Segment {segment['id']} is not of a list upload")
    account.ready_segment(str(segment["id"]), segment["type"])
    are_companies = segment["type"].startswith("COMPANY")
    rows = _rows(account, await read_object(request))
    elements = [element for row in rows if (element := _element(row, are_companies=are_companies))]
    account.attach_list(segment["id"])
    for start in range(0, len(elements), MOST_ELEMENTS):
        portion = elements[start : start + MOST_ELEMENTS]
        account.write_members(segment["id"], portion, are_companies=are_companies)
    return Response(status_code=201, headers={"x-restli-id": secrets.token_urlsafe(8)})


def _rows(account: AdAccount, body: dict[str, Any]) -> list[dict[str, str]]:
    media = str(body.get("inputFile", "")).removeprefix("urn:li:media:")
    found = account.store.execute("select content from media where id = ?", [media])
    if not found:
        raise invalid("/inputFile :: is not a media URN")
    rows = list(csv.DictReader(io.StringIO(found[0]["content"])))
    if len(rows) > MOST_ROWS:
        raise invalid(f"The list has more than {MOST_ROWS} rows")
    return rows


def _element(row: dict[str, str], *, are_companies: bool) -> Element | None:
    """Return the member that a row names; one that names nobody is passed over, as LinkedIn tells of none."""
    if not are_companies:
        email = (row.get("email") or "").strip()
        fields: dict[str, Any] = {"userIds": [{"idType": "SHA256_EMAIL", "idValue": email}]}
        return _added(f"SHA256_EMAIL={email}", fields) if _DIGEST.fullmatch(email) else None
    fields = {name: row[header] for header, name in _COMPANY_HEADERS.items() if row.get(header)}
    named = {name: fields[name] for name in members.COMPANY_IDENTITY if name in fields}
    if not named:
        return None
    return _added(members.company_key({"action": "ADD", **named}), fields)


def _added(key: str, fields: dict[str, Any]) -> Element:
    return Element(key, is_added=True, identifiers=orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode())
