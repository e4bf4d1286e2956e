"""A published release whose activation tables a test fills, and a platform in memory that can fail in every way."""

from __future__ import annotations

import datetime as dt
import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.approvals import let
from tests.candidates import publish_candidate

from abm import activation
from abm.destinations import Audience, Change, Result
from abm.errors import RefusedError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from abm.destinations import Outcome
    from abm.errors import Fault

DAY = dt.date(2026, 3, 2)
CANDIDATE = """
create table candidate_marts.fct_account_styles as
select
    'a' as account_id, date '2026-03-02' as as_of_date, 'one_to_one' as base_style, 'one_to_one' as effective_style,
    'band' as reason_code, 'why' as reason, policy_version, release_id
from ops.build_context;
create table candidate_activation.crm_accounts (
    destination text, object_key text, account_id text, abm_style text, abm_base_style text, abm_account_score numeric,
    abm_revenue_potential_score numeric, abm_strategic_fit_score numeric, abm_influence_score numeric,
    abm_engagement_score numeric, abm_cltv_score numeric, abm_reason text, abm_micro_segment text, abm_style_since date,
    abm_lease_ends date, abm_policy_version text
);
create table candidate_activation.audience_members (
    destination text, audience text, member_key text, account_id text, style text, identifiers text, consent_basis text
);
"""


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Platform:
    """A destination in memory. `faults` holds what happens to the next calls of `send`, before or after it applies."""

    held: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    faults: deque[tuple[str, BaseException] | None] = field(default_factory=deque)
    refuses: set[str] = field(default_factory=set)
    fails: set[str] = field(default_factory=set)
    poison: set[str] = field(default_factory=set)  # the whole call is refused for one of these
    calls: int = 0
    batch: int = 3
    batches_in_flight: int = 1
    prepared: list[str] = field(default_factory=list)
    sent: list[Change] = field(default_factory=list)
    closed: int = 0
    generation: str = "id"

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        self.prepared += names
        return []

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        return []

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        return [
            Audience(name, f"{self.generation}-{name}", "READY", sum(key.startswith(f"{name}/") for key in self.held))
            for name in names
        ]

    def batch_rows(self, planned: int) -> int:
        return self.batch

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        self.calls += 1
        if self.poison & {change.object_key for change in changes}:
            raise RefusedError("the platform cannot read the request", code="JSON_PARSER_ERROR")
        when, fault = (self.faults.popleft() if self.faults else None) or ("", None)
        if fault and when == "before":
            raise fault
        results = [self._apply(change) for change in changes]
        if fault:
            raise fault
        return results

    def close(self) -> None:
        self.closed += 1

    def _apply(self, change: Change) -> Result:
        self.sent.append(change)
        if change.object_key in self.refuses:
            return Result(change.object_key, "refused", "FIELD_INTEGRITY", "the platform's rule says no")
        if change.object_key in self.fails:
            return Result(change.object_key, "failed", "LOCKED", "the row is locked")
        remote_id = f"{self.generation}-{change.audience}" if "/" in change.object_key else None
        return Result(change.object_key, self._write(change), remote_id=remote_id)

    def _write(self, change: Change) -> Outcome:
        before = self.held.get(change.object_key)
        if change.operation == "remove":
            self.held.pop(change.object_key, None)
            return "unchanged" if before is None else "removed"
        self.held[change.object_key] = change.payload
        return "created" if before is None else "updated"


@dataclass
class World:
    """The warehouse of one test with a live release, and the platform it sends to."""

    url: str
    platform: Platform
    runs: int = 0

    def publish_records(self, styles: Mapping[str, str], destination: str = "salesforce") -> None:
        with connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute("delete from activation.crm_accounts where destination = %s", [destination])
            cursor.executemany(
                "insert into activation.crm_accounts (destination, object_key, abm_style) values (%s, %s, %s)",
                [(destination, key, style) for key, style in styles.items()],
            )

    def publish_members(self, members: Mapping[str, Mapping[str, str]], destination: str = "linkedin") -> None:
        """Publish members by `audience/key`."""
        with connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute("delete from activation.audience_members where destination = %s", [destination])
            cursor.executemany(
                "insert into activation.audience_members (destination, audience, member_key, identifiers)"
                " values (%s, %s, %s, %s)",
                [(destination, *name.split("/", 1), json.dumps(identifiers)) for name, identifiers in members.items()],
            )

    def opt_out(self, *people: str) -> None:
        """Publish that these opted out."""
        with connect(self.url) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "insert into ops.opt_out_ledger (person_id, valid_from, status, source, release_id)"
                " values (%s, %s, 'opted_out', 'test', 'r1')",
                [(person, DAY) for person in people],
            )

    def remove_opt_outs(self, destination: str = "meta") -> dict[str, int]:
        """Remove who opted out, before the run that is planned next."""
        run_id = f"{destination}-{self.runs + 1}"
        return activation.remove_opt_outs(self.url, destination, run_id, None, opening=self.open)

    def publish_release(self, release_id: str) -> None:
        """Make another release the live one, as publishing does."""
        with connect(self.url) as connection:
            connection.execute("update ops.releases set status = 'superseded' where status = 'published'")
            connection.execute(
                "insert into ops.releases (release_id, as_of_date, policy_version, status, published_at)"
                " select %s, as_of_date, policy_version, 'published', now() from ops.releases where release_id = 'r1'",
                [release_id],
            )

    def plan(self, destination: str = "salesforce", *, dry_run: bool = False) -> activation.PlanSummary:
        self.runs += 1
        return activation.plan(self.url, destination, run_id=f"{destination}-{self.runs}", dry_run=dry_run)

    def send(self, run_id: str) -> dict[str, int]:
        """Send the run as nights do: judged first, and approved where its guard asks."""
        let(self.url, run_id)
        return self.send_only(run_id)

    def send_only(self, run_id: str) -> dict[str, int]:
        activation.send(self.url, run_id, None, opening=self.open)
        return self.outcomes(run_id)

    def outcomes(self, run_id: str) -> dict[str, int]:
        """Return how many rows of the run have which outcome."""
        with connect(self.url) as connection:
            ended = (
                "select outcome, count(*) from ops.sync_changes where run_id = %s and outcome is not null group by 1"
            )
            return dict(connection.execute(ended, [run_id]).fetchall())

    def night(self, destination: str = "salesforce") -> activation.Accounting:
        run_id = self.plan(destination).run_id
        self.send(run_id)
        return activation.account(self.url, run_id, opening=self.open)

    def open(self, name: str, connection: object) -> Any:
        return self.platform

    def styles_held(self) -> dict[str, Any]:
        return {key: payload["ABM_Style__c"] for key, payload in self.platform.held.items()}


def rule(url: str, setting: str, *, text: str | None = None, number: int | None = None) -> None:
    """Set one of the policy's rules; for tests with `rules_kept`."""
    with connect(url) as connection:
        connection.execute(
            "insert into ops.policy_settings (policy_version, setting, value_text, value_number)"
            " select policy_version, %(setting)s, %(text)s, %(number)s from ops.releases where release_id = 'r1'"
            " on conflict (policy_version, setting) do update"
            " set value_text = excluded.value_text, value_number = excluded.value_number",
            {"setting": setting, "text": text, "number": number},
        )


@pytest.fixture
def rules_kept(published_warehouse: str) -> Iterator[None]:
    """Put the policy's rules of ownership back as they were before."""
    with connect(published_warehouse) as connection:
        kept = connection.execute("select * from ops.policy_settings where setting like 'ownership.%'").fetchall()
    yield
    with connect(published_warehouse) as connection, connection.cursor() as cursor:
        cursor.execute("delete from ops.policy_settings where setting like 'ownership.%'")
        cursor.executemany("insert into ops.policy_settings values (%s, %s, %s, %s, %s)", kept)


@pytest.fixture(scope="session")
def published_warehouse(new_database: Callable[[], str]) -> str:
    url = new_database()
    publish_candidate(url, CANDIDATE, DAY)
    return url


@pytest.fixture
def world(published_warehouse: str) -> World:
    """A live release with empty activation tables, and nothing sent yet."""
    with connect(published_warehouse) as connection:
        for table in (
            "sync_state", "sync_changes", "sync_runs", "sync_refusals", "sync_failures", "sync_audiences",
            "audience_sizes", "opt_out_ledger",
        ):  # fmt: skip
            connection.execute(f"delete from ops.{table}")
        for table in ("crm_accounts", "audience_members"):
            connection.execute(f"delete from activation.{table}")
        connection.execute("delete from ops.releases where release_id <> 'r1'")
        connection.execute("update ops.releases set status = 'published'")
    return World(published_warehouse, Platform())
