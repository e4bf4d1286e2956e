"""One ad account: its segments, their members as a set, every element written, and who may ask."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm_sandbox.credentials import LINKEDIN_ACCOUNT, LINKEDIN_TOKEN
from abm_sandbox.linkedin.errors import ApiError, access_denied, not_found
from abm_sandbox.linkedin.members import is_matched, people_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from sqlite3 import Row

    from abm_sandbox.store import Store

MINIMUM_AUDIENCE = 300
RECENT_SECONDS = 7 * 86400.0
TOKEN_SECONDS = 60 * 86400.0
_TABLES = """
create table if not exists segments (id integer primary key autoincrement, name text, type text, account text,
    accessPolicy text, sourcePlatform text, sourceSegmentId text, created real, lastModified real);
create table if not exists media (id text primary key, content text);
create table if not exists list_uploads (segment_id integer primary key, attached real);
create table if not exists members (segment_id integer, member_key text, identifiers text, people integer,
    primary key (segment_id, member_key)) without rowid;
create table if not exists _writes (segment_id integer, member_key text, action text, at real, effective integer,
    matched integer);
create index if not exists _writes_recent on _writes (segment_id, action, at, matched)
"""
# Who was added a moment ago is not counted yet.
_SIZE = (
    "select coalesce(sum(people), 0) as n from members where segment_id = ? and member_key not in"
    " (select member_key from _writes where segment_id = ? and at > ? and action = 'ADD' and effective)"
)
_WRITE_MEMBER = (
    "insert into members values (?, ?, ?, ?)"
    " on conflict (segment_id, member_key) do update set identifiers = excluded.identifiers"
)


@dataclass(frozen=True)
class Element:
    """One valid element of a streaming request."""

    key: str
    is_added: bool
    identifiers: str


@dataclass
class AdAccount:
    """The account behind the endpoints.

    `role` VIEWER may read, but not write; `tokens` are valid until their time. `element_faults` gives a member the
    errors that its next elements meet, inside a 200. `statuses` gives a segment another status than its age does.
    """

    store: Store
    clock: Callable[[], float] = time.time
    fresh_seconds: float = 1.0
    build_seconds: float = 5.0
    counting_seconds: float = 0.0
    urn: str = LINKEDIN_ACCOUNT
    role: str = "CAMPAIGN_MANAGER"
    tokens: dict[str, float] = field(default_factory=dict)
    element_faults: dict[str, list[ApiError]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for statement in _TABLES.split(";"):
            self.store.execute(statement)
        self.tokens.setdefault(LINKEDIN_TOKEN, float("inf"))

    def check_token(self, token: str) -> None:
        if not token:
            raise ApiError(401, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token", 65604)
        if token not in self.tokens:
            raise ApiError(401, "REVOKED_ACCESS_TOKEN", "The token has been revoked by the user", 65601)
        if self.tokens[token] <= self.clock():
            raise ApiError(401, "EXPIRED_ACCESS_TOKEN", "The token has expired", 65602)

    def open_token(self) -> str:
        token = secrets.token_urlsafe(32)
        self.tokens[token] = self.clock() + TOKEN_SECONDS
        return token

    def check_account(self, urn: str, *, writes: bool) -> None:
        if urn != self.urn:
            raise access_denied(f"dmpSegments of {urn}")
        if writes and self.role == "VIEWER":
            raise access_denied("dmpSegments.WRITE")

    def add_segment(self, values: dict[str, Any]) -> str:
        now = self.clock()
        columns = [*values, "created", "lastModified"]
        marks = ", ".join("?" * len(columns))
        with self.store.transaction():
            self.store.execute(
                f"insert into segments ({', '.join(columns)}) values ({marks})", [*values.values(), now, now]
            )
            (row,) = self.store.execute("select max(id) as id from segments")
        return str(row["id"])

    def segment(self, segment_id: str) -> Row:
        found = self.store.execute("select * from segments where id = ?", [segment_id])
        if not found:
            raise not_found(f"Could not find dmpSegment {segment_id}")
        return found[0]

    def ready_segment(self, segment_id: str, kind: str) -> Row:
        """Return a segment that takes members; a fresh one is not there yet."""
        row = self.segment(segment_id)
        if self.clock() < row["created"] + self.fresh_seconds:
            raise not_found(f"Could not find dmpSegment {segment_id}")
        if row["type"] != kind:
            raise ApiError(400, "FIELD_INVALID", f"Segment {segment_id} does not take elements of type {kind}")
        return row

    def find(self, where: dict[str, str], start: int, count: int) -> tuple[int, list[Row]]:
        """Return how many segments there are, and those of one page."""
        condition = " and ".join(f"{name} = :{name}" for name in where)
        (total,) = self.store.execute(f"select count(*) as n from segments where {condition}", where)
        rows = self.store.execute(
            f"select * from segments where {condition} order by id limit :count offset :start",
            {**where, "count": count, "start": start},
        )
        return total["n"], rows

    def attach_list(self, segment_id: int) -> None:
        """Note that a segment has its list from now on; raises ApiError where it has one."""
        if self.attached(segment_id) is not None:
            raise ApiError(400, "FIELD_INVALID", "A list cannot be edited: upload a new one")
        self.store.execute("insert into list_uploads values (?, ?)", [segment_id, self.clock()])

    def attached(self, segment_id: int) -> float | None:
        found = self.store.execute("select attached from list_uploads where segment_id = ?", [segment_id])
        return found[0]["attached"] if found else None

    def rename(self, segment_id: str, name: str) -> None:
        self.store.execute(
            "update segments set name = ?, lastModified = ? where id = ?", [name, self.clock(), segment_id]
        )

    def delete(self, segment_id: str) -> None:
        with self.store.transaction():
            self.store.execute("delete from segments where id = ?", [segment_id])
            self.store.execute("delete from members where segment_id = ?", [segment_id])

    def write_members(self, segment_id: int, elements: Sequence[Element], *, are_companies: bool) -> None:
        """Apply elements in order, as set operations, and note for each whether it changed anything."""
        now = self.clock()
        with self.store.transaction():
            held = self._held(segment_id, [element.key for element in elements])
            writes = []
            for element in elements:
                is_effective = (
                    (held.get(element.key) != element.identifiers) if element.is_added else element.key in held
                )
                action = "ADD" if element.is_added else "REMOVE"
                writes.append((segment_id, element.key, action, now, is_effective, is_matched(element.key)))
                if element.is_added:
                    held[element.key] = element.identifiers
                else:
                    held.pop(element.key, None)
            self.store.execute_many("insert into _writes values (?, ?, ?, ?, ?, ?)", writes)
            touched = dict.fromkeys(element.key for element in elements)
            self.store.execute_many(
                "delete from members where segment_id = ? and member_key = ?",
                [(segment_id, key) for key in touched if key not in held],
            )
            self.store.execute_many(
                _WRITE_MEMBER,
                [
                    (segment_id, key, held[key], _people(key, are_companies=are_companies))
                    for key in touched
                    if key in held
                ],
            )
            self.store.execute("update segments set lastModified = ? where id = ?", [now, segment_id])

    def destination(self, row: Row) -> dict[str, Any]:
        """Return how LinkedIn's ad platform counts a segment. Below the minimum its size is told as 0."""
        now = self.clock()
        (size,) = self.store.execute(_SIZE, [row["id"], row["id"], now - self.counting_seconds])
        (recent,) = self.store.execute(
            "select count(*) as inputs, coalesce(sum(matched), 0) as matched from _writes"
            " where segment_id = ? and action = 'ADD' and at > ?",
            [row["id"], now - RECENT_SECONDS],
        )
        is_built = now >= (self.attached(row["id"]) or row["created"]) + self.build_seconds
        has_size = is_built and size["n"] >= MINIMUM_AUDIENCE
        return {
            "status": self.statuses.get(str(row["id"]), "READY" if is_built else "BUILDING"),
            "audienceSize": size["n"] if has_size else 0,
            "matchedCount": recent["matched"] if is_built else 0,
            "inputCount": recent["inputs"],
        }

    def _held(self, segment_id: int, keys: Sequence[str]) -> dict[str, str]:
        marks = ", ".join("?" * len(keys))
        rows = self.store.execute(
            f"select member_key, identifiers from members where segment_id = ? and member_key in ({marks})",
            [segment_id, *keys],
        )
        return {row["member_key"]: row["identifiers"] for row in rows}


def _people(key: str, *, are_companies: bool) -> int:
    if not is_matched(key):
        return 0
    return people_at(key) if are_companies else 1
