"""One ad account: its audiences, who is in them, every write, and who may ask."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm_sandbox.credentials import META_ACCOUNT, META_TOKEN
from abm_sandbox.meta.errors import documented, unknown_object
from abm_sandbox.meta.members import Members

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from sqlite3 import Row

    from abm_sandbox.store import Store

MINIMUM_AUDIENCE = 100  # matched people, below which Meta tells no size and refuses removals
FIRST_AUDIENCE_ID = 23_840_000_000_000_001
_TABLES = """
create table if not exists audiences (id integer primary key, name text, subtype text, description text,
    customer_file_source text, retention_days integer, is_flagged integer default 0, time_created real,
    time_updated real, time_content_updated real)
"""


@dataclass
class AdAccount:
    """The account behind the endpoints.

    Tests change `permission` (none of "ads_management": nothing may be written), `has_terms`, `is_blocked`,
    `calls_an_hour` and `tokens`, each valid until its time. `minimum` is the size below which nobody may be removed.
    """

    store: Store
    clock: Callable[[], float] = time.time
    update_seconds: float = 5.0
    minimum: int = MINIMUM_AUDIENCE
    calls_an_hour: int = 5_000
    id: str = META_ACCOUNT
    permission: str = "ads_management"
    has_terms: bool = True
    is_blocked: bool = False
    tokens: dict[str, float] = field(default_factory=dict)
    members: Members = field(init=False)

    def __post_init__(self) -> None:
        self.store.execute(_TABLES)
        self.members = Members(self.store)
        self.tokens.setdefault(META_TOKEN, float("inf"))

    @property
    def number(self) -> str:
        return self.id.removeprefix("act_")

    def check_token(self, token: str) -> None:
        if token not in self.tokens:
            raise documented("token")
        if self.tokens[token] <= self.clock():
            raise documented("token_expired")

    def check_account(self, account_id: str) -> None:
        if account_id != self.id:
            raise unknown_object(account_id)

    def check_may_write(self) -> None:
        if self.is_blocked:
            raise documented("blocked")
        if self.permission != "ads_management":
            raise documented("no_permission")
        if not self.has_terms:
            raise documented("terms")

    def audience_count(self) -> int:
        (row,) = self.store.execute("select count(*) as n from audiences")
        return int(row["n"])

    def add_audience(self, values: dict[str, Any]) -> str:
        now = self.clock()
        with self.store.transaction():
            (newest,) = self.store.execute("select max(id) as id from audiences")
            audience_id = (newest["id"] or FIRST_AUDIENCE_ID - 1) + 1
            columns = {"id": audience_id, **values, "time_created": now, "time_updated": now}
            marks = ", ".join("?" * len(columns))
            self.store.execute(f"insert into audiences ({', '.join(columns)}) values ({marks})", [*columns.values()])
        return str(audience_id)

    def audience(self, audience_id: str) -> Row:
        found = self.store.execute("select * from audiences where id = ?", [audience_id])
        if not found:
            raise unknown_object(audience_id)
        return found[0]

    def editable_audience(self, audience_id: str) -> Row:
        self.check_may_write()
        row = self.audience(audience_id)
        if row["is_flagged"]:
            raise documented("flagged")
        return row

    def audiences(self, after: int, count: int) -> Sequence[Row]:
        return self.store.execute(
            "select * from audiences where id > ? order by id limit ?", [after, count + 1]
        )  # one more tells that there is a next page

    def update_audience(self, audience_id: str, values: dict[str, Any]) -> None:
        named = ", ".join(f"{name} = ?" for name in values)
        self.store.execute(
            f"update audiences set {named}, time_updated = ? where id = ?",
            [*values.values(), self.clock(), audience_id],
        )

    def delete_audience(self, audience_id: str) -> None:
        with self.store.transaction():
            self.store.execute("delete from audiences where id = ?", [audience_id])
            self.members.forget(audience_id)

    def flag(self, audience_id: str, *, is_flagged: bool = True) -> None:
        """Flag an audience for its name or content, as Meta's review does, or take the flag back."""
        self.store.execute("update audiences set is_flagged = ? where id = ?", [is_flagged, audience_id])

    def touch(self, audience_id: str) -> None:
        self.store.execute("update audiences set time_content_updated = ? where id = ?", [self.clock(), audience_id])

    def is_updating(self, row: Row) -> bool:
        return self.clock() < (row["time_content_updated"] or 0.0) + self.update_seconds
