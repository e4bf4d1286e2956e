"""One Google Ads account: its user lists, their members as a set of identifiers, and the requests under way.

A request takes effect `processing_seconds` after it came, in the order it came; whoever looks sees what has become due.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from abm_sandbox.credentials import GOOGLE_ACCOUNT, GOOGLE_MANAGER
from abm_sandbox.google.errors import ApiError, invalid, not_found
from abm_sandbox.google.processing import Processing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from sqlite3 import Row

    from abm_sandbox.store import Store

DAY = 86_400.0
LONGEST_MEMBERSHIP_DAYS = 540
OLDEST_REQUEST = 50 * DAY
TOKEN_SECONDS = 3600.0
_TABLES = """
create table if not exists user_lists (id integer primary key autoincrement, displayName text unique,
    description text, integrationCode text, membershipStatus text, accountAccessStatus text,
    membershipDays integer, uploadKeyType text, dataSourceType text, created real);
create table if not exists members (list_id integer, identifier text, person text, added real, expires real,
    primary key (list_id, identifier)) without rowid;
create table if not exists requests (number integer primary key autoincrement, id text unique, kind text, body text,
    received real, due real, answer text);
create index if not exists requests_open on requests (due) where answer is null;
create table if not exists _writes (list_id integer, identifier text, action text, at real, effective integer)
"""


@dataclass
class AdsAccount:
    """The account behind the endpoints; tests set what is signed, who may write, and whom Google will not take.

    `processing_errors` gives an identifier (a digest) its PROCESSING_ERROR_REASON; `tokens` are valid until their time.
    """

    store: Store
    clock: Callable[[], float] = time.time
    processing_seconds: float = 2.0
    counting_seconds: float = 0.0
    fresh_seconds: float = 0.0
    account_id: str = GOOGLE_ACCOUNT
    manager_id: str = GOOGLE_MANAGER
    role: str = "STANDARD"
    are_terms_signed: bool = True
    is_declared: bool = True
    service_accounts: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    processing_errors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for statement in _TABLES.split(";"):
            self.store.execute(statement)

    def check_token(self, token: str) -> None:
        if not token:
            raise _unauthenticated("Request is missing required authentication credential.", "CREDENTIALS_MISSING")
        if self.tokens.get(token, 0.0) <= self.clock():
            raise _unauthenticated("Request had invalid authentication credentials.", "ACCESS_TOKEN_EXPIRED")

    def open_token(self) -> str:
        token = secrets.token_urlsafe(32)
        self.tokens[token] = self.clock() + TOKEN_SECONDS
        return token

    def check_account(self, account_id: str, login_id: str | None, *, writes: bool) -> None:
        """Refuse other accounts, credentials on another manager, and writers that may only read."""
        if account_id != self.account_id or login_id not in {None, self.account_id, self.manager_id}:
            raise ApiError(403, "The caller does not have permission on the account.")
        if writes and self.role == "READ_ONLY":
            raise ApiError(403, "The caller may only read the account.")

    def check_signed(self) -> None:
        if not self.are_terms_signed:
            reason = "TERMS_AND_CONDITIONS_NOT_SIGNED"
            raise invalid("destinations[0]", reason, "The Customer Match terms of service are not signed.")
        if not self.is_declared:
            reason = "EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED"
            raise invalid("destinations[0]", reason, "The declaration on EU political advertising is missing.")

    def user_list(self, list_id: str) -> Row | None:
        found = self.store.execute("select * from user_lists where cast(id as text) = ?", [list_id])
        return found[0] if found else None

    def accept(self, kind: str, body: dict[str, Any]) -> str:
        """Queue a checked request and return its id."""
        request_id, now = secrets.token_urlsafe(18), self.clock()
        self.store.execute(
            "insert into requests (id, kind, body, received, due) values (?, ?, ?, ?, ?)",
            [request_id, kind, orjson.dumps(body).decode(), now, now + self.processing_seconds],
        )
        return request_id

    def status_of(self, request_id: str) -> dict[str, Any]:
        """Return the status answer of a request."""
        self.settle()
        found = self.store.execute("select * from requests where id = ?", [request_id])
        if not found:
            raise not_found("The request", "INVALID_REQUEST_ID")
        if self.clock() - found[0]["received"] > OLDEST_REQUEST:
            raise invalid("request_id", "REQUEST_TOO_OLD", "The request is too old to tell its status.")
        answer: dict[str, Any]
        if found[0]["answer"] is not None:
            answer = orjson.loads(found[0]["answer"])
            return answer
        body = orjson.loads(found[0]["body"])
        return {
            "requestStatusPerDestination": [
                {"destination": destination, "requestStatus": "PROCESSING"} for destination in body["destinations"]
            ]
        }

    def settle(self) -> None:
        """Carry out what is due, and let go of members whose time is over."""
        now = self.clock()
        with self.store.transaction():
            due = self.store.execute(
                "select number, kind, body, due from requests where answer is null and due <= ? order by number", [now]
            )
            for row in due:
                answer = Processing(self, row["due"]).carry_out(row["kind"], orjson.loads(row["body"]))
                self.store.execute(
                    "update requests set answer = ?, body = '' where number = ?",
                    [orjson.dumps(answer).decode(), row["number"]],
                )
            self.store.execute("delete from members where expires <= ?", [now])

    def held(self, list_id: int, identifiers: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for some in _parts(identifiers):
            marks = ", ".join("?" * len(some))
            rows = self.store.execute(
                f"select identifier from members where list_id = ? and identifier in ({marks})", [list_id, *some]
            )
            found.update(row["identifier"] for row in rows)
        return found


def _parts(values: Sequence[str], most: int = 10_000) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), most):
        yield values[start : start + most]


def _unauthenticated(message: str, reason: str) -> ApiError:
    return ApiError(401, message, reason=reason)
