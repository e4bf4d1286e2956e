"""The org behind the servers: objects, user, clock, open tokens, cursors and jobs, and the allowance of requests."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm_sandbox.salesforce.errors import RowError, SalesforceError
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.salesforce.schema import STANDARD, Field
from abm_sandbox.salesforce.world import read_fields, save_field

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable

    from abm_sandbox.store import Store

ORG_ID = "00D000000000001EAA"
USER_ID = "005000000000001AAA"
VERSION = "67.0"
OLDEST_VERSION, NEWEST_VERSION = 31, 67
CURSORS_KEPT, JOBS_KEPT = 50, 100
DAY_SECONDS = 86_400.0
_GRANTED = """
    select permission.Field as field, max(permission.PermissionsEdit) as editable
    from FieldPermissions as permission
    inner join PermissionSetAssignment as assignment on permission.ParentId = assignment.PermissionSetId
    where assignment.AssigneeId = ? and permission.PermissionsRead = 1
    group by permission.Field
"""


@dataclass
class Cursor:
    """A query's rows as they were when it was asked, by SQLite rowid."""

    object: str
    fields: tuple[Field, ...]
    rowids: array[int]
    is_all: bool


@dataclass
class Job:
    """One Bulk API 2.0 job; `facts` is what the API tells of it."""

    facts: dict[str, Any]
    content: bytes = b""
    cursor: Cursor | None = None
    results: dict[str, bytes] = dataclasses.field(default_factory=dict)

    @property
    def state(self) -> str:
        return str(self.facts["state"])


class Org:
    """State that the endpoints share. Records live in the store; tokens, cursors and jobs end with the process.

    `row_locks` maps record ids to how many more writes fail with UNABLE_TO_LOCK_ROW, `row_faults` to the errors that
    the next writes meet. `jobs_stop_after` makes the next ingest jobs fail, each after so many of its rows.
    `max_page_rows` lets pages come smaller than asked, as they do for wide rows.
    """

    def __init__(
        self,
        store: Store,
        *,
        limits: bool,
        daily_requests: int,
        token_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.clock = clock
        self.limits = limits
        self.daily_requests = daily_requests
        self.requests_used = 0
        self._day_began = clock()
        self.token_seconds = token_seconds
        self.tokens: dict[str, float] = {}
        self.cursors: OrderedDict[str, Cursor] = OrderedDict()
        self.jobs: dict[str, Job] = {}
        self.row_locks: dict[str, int] = {}
        self.row_faults: dict[str, list[RowError]] = {}
        self.jobs_stop_after: list[int] = []
        self.max_page_rows = 2000
        if "fields" not in store.columns("_writes"):  # a store of an earlier version
            store.add_column("_writes", "fields")
        self._fields = read_fields(store)
        self._visible: dict[str, dict[str, Field]] = {}
        self._canonical = {name.lower(): name for name in STANDARD}

    def now(self) -> str:
        moment = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"

    def object_name(self, name: str, *, status: int = 400, code: str = "INVALID_TYPE") -> str:
        """Return the object's own spelling of its name; raise the error where there is none such."""
        if (found := self._canonical.get(name.lower())) is None:
            raise SalesforceError(status, code, f"sObject type '{name}' is not supported.")
        return found

    def fields(self, object_name: str) -> dict[str, Field]:
        """Return the fields that the integration user can see, by their lower-case names."""
        if object_name not in self._visible:
            granted = {row["field"]: bool(row["editable"]) for row in self.store.execute(_GRANTED, [USER_ID])}
            self._visible[object_name] = {
                field.name.lower(): self._as_granted(object_name, field, granted)
                for field in self._fields[object_name].values()
                if not field.secured or f"{object_name}.{field.name}" in granted
            }
        return self._visible[object_name]

    def has_field(self, object_name: str, name: str) -> bool:
        """Tell whether the field exists, visible or not."""
        return name.lower() in {field.lower() for field in self._fields[object_name]}

    def add_field(self, object_name: str, field: Field) -> None:
        self.store.add_column(object_name, field.name)
        save_field(self.store, object_name, field)
        self._fields[object_name][field.name] = field
        self.forget_permissions()

    def forget_permissions(self) -> None:
        """Look again at who may see what, before the next request."""
        self._visible.clear()

    def next_ids(self, prefix: str, count: int) -> list[str]:
        last: int = self.store.execute(
            "insert into _sequences values (?, ?) on conflict do update set last = last + excluded.last returning last",
            [prefix, count],
        )[0]["last"]
        return [new_id(prefix, number) for number in range(last - count + 1, last + 1)]

    def count_request(self) -> None:
        """Take one of the day's requests; raise where none is left."""
        if self.clock() - self._day_began >= DAY_SECONDS:
            self._day_began, self.requests_used = self.clock(), 0
        if self.limits and self.requests_used >= self.daily_requests:
            raise SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.requests_used += 1

    def keep_job(self, job: Job) -> None:
        """Remember the job, and let the oldest go, as the platform does after seven days."""
        self.jobs[str(job.facts["id"])] = job
        while len(self.jobs) > JOBS_KEPT:
            self.jobs.pop(next(iter(self.jobs)))

    def open_token(self) -> str:
        token = f"{ORG_ID}!{secrets.token_urlsafe(48)}"
        self.tokens[token] = self.clock() + self.token_seconds
        return token

    def accepts(self, token: str) -> bool:
        return self.tokens.get(token, 0.0) > self.clock()

    def keep_cursor(self, cursor: Cursor) -> str:
        locator = new_id("01g", secrets.randbelow(62**6))
        self.cursors[locator] = cursor
        if len(self.cursors) > CURSORS_KEPT:
            self.cursors.popitem(last=False)
        return locator

    @staticmethod
    def _as_granted(object_name: str, field: Field, granted: dict[str, bool]) -> Field:
        is_editable = not field.secured or granted[f"{object_name}.{field.name}"]
        return field if is_editable else dataclasses.replace(field, readonly=True)
