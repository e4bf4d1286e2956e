"""Audiences on LinkedIn as uploaded lists: each is written whole, as a list there cannot be changed.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-list-uploads
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, ClassVar

import orjson

from abm.destinations import MISSING, Audience
from abm.destinations.linkedin import identifiers, users
from abm.destinations.linkedin.client import COMPANY, SEGMENTS, USER
from abm.destinations.lists.templates import LINKEDIN
from abm.errors import ContractError, Fault, RefusedError
from abm.platforms.linkedin import body_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from abm.destinations import Form
    from abm.destinations.linkedin.client import Segment, SegmentClient

REMOVED, READY = "REMOVED", "READY"
MOST_ROWS = LINKEDIN.maximum_rows
_TYPES = {COMPANY: "COMPANY_LIST_UPLOAD", USER: "USER_LIST_UPLOAD"}
_HEADERS = {COMPANY: list(LINKEDIN.headers), USER: ["email"]}
_USABLE = frozenset({"BUILDING", "UPDATING", "READY", "ARCHIVED"})
_MEMORY = 1 << 20  # bytes of a file before it goes to disk
_JSON = {"Content-Type": "application/json"}


@dataclass
class LinkedInLists:
    """The uploaded lists of one ad account.

    A changed audience becomes a new segment; the older ones are deleted only when that has its list. Campaigns name
    segments, so they must be pointed to the new one.
    """

    people: ClassVar[Form] = "hashed"

    client: SegmentClient
    user_audiences: Container[str] = frozenset()

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        self.client.require_no_other(names)
        return []

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        remedy = "The next run uploads it; the token needs rw_dmp_segments and rw_ads"
        return [
            Fault(f"LinkedIn list {name!r}", "does not exist", remedy)
            for name in dict.fromkeys(names)
            if not self.client.find_all(name)
        ]

    def replace(self, audience: str, members: Iterable[Mapping[str, Any]], *, release_id: str | None) -> Audience:
        """Upload the members as a new list and delete the older ones; none: only those are deleted."""
        kind = USER if audience in self.user_audiences else COMPANY
        older = self.client.find_all(audience)
        with tempfile.SpooledTemporaryFile(_MEMORY, "w+", encoding="utf-8", newline="") as file:
            rows = _write(file, kind, members)
            made = self._upload(audience, kind, file) if rows else None
        for segment in older:
            self.client.delete(segment.segment_id)
        if made is None:
            return Audience(audience, None, REMOVED, 0)
        return replace(made.audience(audience), status=READY)

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Read the newest list of each; READY says that it is whole there, be it still in the making."""
        return [self._read(name) for name in dict.fromkeys(names)]

    def close(self) -> None:
        self.client.close()

    def _read(self, name: str) -> Audience:
        found = self.client.find_all(name)
        if not found:
            return Audience(name, None, MISSING)
        told = found[-1].audience(name)
        return replace(told, status=READY) if told.status in _USABLE else told

    def _upload(self, audience: str, kind: str, file: IO[str]) -> Segment:
        asked = orjson.dumps({"owner": self.client.account})
        answer = body_of(
            self.client.http.request(
                "POST", SEGMENTS, params={"action": "generateUploadUrl"}, content=asked, headers=_JSON
            )
        )
        url = answer.get("value")
        if not isinstance(url, str):
            raise ContractError("LinkedIn gave no address to upload a list to. The next run asks again.")
        file.seek(0)
        content = file.read().encode()
        location = self.client.http.request("POST", url, content=content, headers={"Content-Type": "text/csv"})
        media = location.headers.get("location", "").rpartition("/")[2]
        if not media:
            raise ContractError("LinkedIn took a list without telling its id. The next run uploads it again.")
        segment = self.client.create(audience, _TYPES[kind])
        attached = orjson.dumps({"inputFile": f"urn:li:media:{media}"})
        self.client.post_when_ready(f"{SEGMENTS}/{segment.segment_id}/listUploads", attached, _JSON)
        return segment


def _write(file: IO[str], kind: str, members: Iterable[Mapping[str, Any]]) -> int:
    """Write the members that LinkedIn could recognise, and return how many; raises RefusedError for too many."""
    rows = 0
    writer = csv.writer(file)
    writer.writerow(_HEADERS[kind])
    for member in members:
        cells = _cells(kind, member)
        if cells is None:
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise RefusedError(
                f"the audience has more than the {MOST_ROWS:,} rows of a list; stream it instead (extra 'upload')",
                code="LIST_TOO_LONG",
            )
        writer.writerow(cells)
    return rows


def _cells(kind: str, member: Mapping[str, Any]) -> Sequence[str] | None:
    try:
        if kind == COMPANY:
            return LINKEDIN.row(identifiers.company(member))
        ids = {given["idType"]: given["idValue"] for given in users.user(member)["userIds"]}
    except RefusedError:
        return None
    return [ids["SHA256_EMAIL"]] if "SHA256_EMAIL" in ids else None
