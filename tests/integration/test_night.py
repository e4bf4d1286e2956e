"""Whole nights without Airflow: two CRMs and an ad account read, decided and written, then nights that go wrong."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import sqlite3
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import stamina

from abm import activation, nightly
from abm.errors import HeldError
from abm.settings import CONNECTION_PREFIX, load_settings
from abm.warehouse import connect
from abm_sandbox.linkedin.members import company_key
from abm_sandbox.server import running_sandbox
from abm_sandbox.world import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.integration.conftest import Ended

    from abm.nightly import Night

pytestmark = pytest.mark.integration

ACCOUNTS = 200
NOW = dt.datetime.now(dt.UTC)
FIELDS = {"salesforce": ("Account", "Id", "ABM_Style__c"), "hubspot": ("companies", "id", "abm_style")}
CLOSED = "http://127.0.0.1:1"  # nothing listens there


@dataclass(frozen=True)
class World:
    """A sandbox being served, its stores, and the warehouse of the first night."""

    stores: Path
    home: Path
    connections: Mapping[str, str]
    url: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def stored(self, platform: str, query: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.stores / f"{platform}.sqlite")) as store:
            return store.execute(query).fetchall()

    def writes(self) -> dict[str, int]:
        return {name: self.stored(name, "select count(*) from _writes")[0][0] for name in (*FIELDS, "linkedin")}

    def night(self, later: dt.timedelta = dt.timedelta(0), **options: Any) -> tuple[Night, list[str]]:
        told: list[str] = []
        night = nightly.run_night(self.url, load_settings(), now=NOW + later, tell=told.append, **options)
        return night, told

    def activate(self, key: str, *, dry_run: bool = False) -> tuple[list[nightly.Failure], list[str]]:
        told: list[str] = []
        failures = nightly.activate(self.url, load_settings(), key, dry_run=dry_run, only=(), tell=told.append)
        return failures, told


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    stores = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(stores, lambda: generate(5, ACCOUNTS, NOW.date()), limits=False) as endpoints:
        yield stores, {f"{CONNECTION_PREFIX}{name.upper()}": _connection(told) for name, told in endpoints.items()}


def _connection(endpoint: Mapping[str, Any], **changed: Any) -> str:
    return json.dumps({"conn_type": "http", "host": endpoint["base_url"], **endpoint, **changed})


@pytest.fixture(scope="module")
def first(
    served: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> World:
    """The first night, which all others follow."""
    stores, connections = served
    world = World(stores, tmp_path_factory.mktemp("home"), connections, new_database())
    with pytest.MonkeyPatch.context() as environment:
        _enter(world, environment)
        night, _ = world.night()
    assert night.failures == []
    return world


def _enter(world: World, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ABM_HOME", str(world.home))
    for name, value in world.connections.items():
        environment.setenv(name, value)


@pytest.fixture(autouse=True)
def _same_home(first: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    _enter(first, monkeypatch)
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def copy(first: World, copy_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> World:
    """The morning after the first night, for one test to spoil."""
    copied = replace(first, url=copy_of(first.url))
    monkeypatch.setenv("ABM_WAREHOUSE_URL", copied.url)
    return copied


def test_every_row_of_the_first_night_has_one_outcome(first: World) -> None:
    runs = first.rows(
        """
        select destination, rows_desired, rows_planned + rows_unchanged + rows_withheld, rows_planned,
            (select count(outcome) from ops.sync_changes where run_id = runs.run_id)
        from ops.sync_runs as runs
        """
    )

    assert {run[0] for run in runs if run[1]} == {"salesforce", "hubspot", "linkedin", "google", "meta", "lists"}
    for _, desired, accounted, planned, outcomes in runs:
        assert desired == accounted
        assert outcomes == planned
    assert {run.destination: sum(run.outcomes.values()) for run in activation.summary(first.url)} == {
        run[0]: run[1] for run in runs
    }


@pytest.mark.parametrize("platform", FIELDS)
def test_crm_holds_what_was_published(first: World, platform: str) -> None:
    table, key, style = FIELDS[platform]
    published = first.rows(
        f"select object_key, abm_style from activation.crm_accounts where destination = '{platform}' order by 1"
    )

    assert len(published) > ACCOUNTS / 2
    assert first.stored(platform, f"select {key}, {style} from {table} where {style} is not null") != []
    assert published == sorted(first.stored(platform, f"select {key}, {style} from {table} where {style} is not null"))


def test_audiences_hold_what_was_published(first: World) -> None:
    """LinkedIn takes companies of one name without a domain for the same company, so keys are compared, not rows."""
    members = first.rows("select identifiers from activation.audience_members where destination = 'linkedin'")
    listed = sum(len(path.read_text().splitlines()) - 1 for path in (first.home / "lists").rglob("linkedin.csv"))

    assert {key for (key,) in first.stored("linkedin", "select member_key from members")} == {
        company_key(json.loads(identifiers) | {"action": "ADD"}) for (identifiers,) in members
    }
    assert [(listed,)] == first.rows("select count(*) from activation.audience_members where destination = 'lists'")


def test_second_night_sends_nothing_and_a_broken_source_holds_back_only_itself(
    first: World, copy: World, abm: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ABM_FILES", json.dumps({"extra": {"path": str(first.home / "missing")}}))
    before = first.writes()
    ended = abm("run")

    assert ended.code == 1
    assert len(ended.faults) == 1
    assert f"source files: connection abm_files: {first.home / 'missing'} is no folder" in ended.faults[0]
    assert len(copy.rows("select 1 from ops.releases where published_at is not null")) == 2
    assert first.writes() == before
    changed = [run for run in activation.summary(copy.url) if run.outcomes["unchanged"] != sum(run.outcomes.values())]
    assert changed == []


def test_style_edited_by_hand_in_the_crm_is_kept_and_becomes_an_override(first: World, copy: World) -> None:
    record, account, style = copy.rows(
        "select object_key, account_id, abm_style from activation.crm_accounts"
        " where destination = 'salesforce' and abm_style = 'one_to_many' order by object_key limit 1"
    )[0]
    _edit(first, record, "one_to_few")
    try:
        night, _ = copy.night(dt.timedelta(minutes=1))
        held = first.stored("salesforce", f"select ABM_Style__c from Account where Id = '{record}'")
    finally:
        _edit(first, record, style)
    overrides = copy.rows("select account_id, style, kind, origin, record_id, is_chosen from marts.fct_style_overrides")
    decided = f"select base_style, override_id is not null from marts.fct_account_styles where account_id = '{account}'"

    assert night.failures == []
    assert overrides == [(account, "one_to_few", "until", "crm_edit", record, True)]
    assert copy.rows(decided) == [("one_to_few", True)]
    assert held == [("one_to_few",)]


def test_review_without_a_name_shows_who_moves_and_is_held(copy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABM_SOURCES", "")
    live = copy.rows("select release_id from ops.releases where status = 'published'")
    with pytest.raises(HeldError, match="A review of base styles") as told:
        copy.night(dt.timedelta(minutes=2), review=nightly.Review())

    assert "abm run --review --approve-by NAME" in str(told.value)
    assert copy.rows("select status, is_review from ops.releases order by started_at desc limit 1") == [("held", True)]
    assert copy.rows("select release_id from ops.releases where status = 'published'") == live


def _edit(world: World, record: str, style: str) -> None:
    """Write as a person does in the CRM's own page."""
    with contextlib.closing(sqlite3.connect(world.stores / "salesforce.sqlite")) as store:
        now = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%S.000+0000}"
        store.execute("update Account set ABM_Style__c = ?, SystemModstamp = ? where Id = ?", (style, now, record))
        store.commit()


def test_dry_run_counts_and_sends_nothing(first: World, copy: World) -> None:
    _execute(copy, "truncate ops.sync_state")
    before = first.writes()
    failures, told = copy.activate("dry", dry_run=True)

    assert failures == []
    assert any("creations" in line and not line.strip().startswith("salesforce: 0 creations") for line in told)
    assert first.writes() == before
    assert copy.rows("select count(*) from ops.sync_state") == [(0,)]


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"password": "wrong-secret"}, "refused the credentials (invalid_client)"), ({"host": CLOSED}, "did not answer")],
    ids=["refused", "unreachable"],
)
def test_source_that_is_not_open_leaves_its_tables_and_the_other_source_lands(
    copy: World, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], told: str
) -> None:
    name = f"{CONNECTION_PREFIX}SALESFORCE"
    monkeypatch.setenv(name, json.dumps(json.loads(copy.connections[name]) | changed))
    landed = "select count(*), max(_landed_at) from raw_salesforce.account"
    before = copy.rows(landed)
    failures = nightly.ingest_sources(copy.url, load_settings(), "broken", [].append)

    assert [failure.step for failure in failures] == ["source salesforce"]
    assert told in str(failures[0].error)
    assert "wrong-secret" not in str(failures[0].error)
    assert copy.rows(landed) == before
    assert copy.rows("select distinct status from ops.landing_batches where batch_id = 'broken'") == [("merged",)]


def test_unreachable_destination_keeps_its_rows_for_the_next_run(
    first: World, copy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{CONNECTION_PREFIX}HUBSPOT"
    monkeypatch.setenv(name, json.dumps(json.loads(copy.connections[name]) | {"host": CLOSED}))
    _execute(copy, "update activation.crm_accounts set abm_reason = 'mended' where destination = 'hubspot'")
    failures, _ = copy.activate("down")
    monkeypatch.setenv(name, copy.connections[name])
    before = first.writes()
    again, _ = copy.activate("up")

    assert [failure.step for failure in failures] == ["destination hubspot"]
    assert again == []
    assert first.writes()["hubspot"] > before["hubspot"]


def test_emptied_audience_is_held_and_not_removed(first: World, copy: World) -> None:
    _execute(copy, "delete from activation.audience_members")
    before = first.writes()
    failures, _ = copy.activate("emptied")

    assert {failure.step for failure in failures} == {
        "destination google", "destination linkedin", "destination lists", "destination meta"
    }  # fmt: skip
    assert all(isinstance(failure.error, HeldError) for failure in failures)
    assert first.writes() == before
    assert list((first.home / "lists").rglob("linkedin.csv")) != []


def test_emptied_crm_table_removes_no_field(first: World, copy: World) -> None:
    _execute(copy, "delete from activation.crm_accounts where destination = 'salesforce'")
    before = first.writes()
    failures, _ = copy.activate("emptied")

    assert [failure.step for failure in failures] == ["destination salesforce"]
    assert first.writes() == before


def test_first_sync_to_what_is_no_sandbox_waits_for_a_person(
    first: World, copy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _execute(copy, "truncate ops.sync_state")
    before, name = first.writes(), f"{CONNECTION_PREFIX}HUBSPOT"
    connection = json.loads(copy.connections[name])
    monkeypatch.setenv(name, json.dumps(connection | {"extra": connection["extra"] | {"is_sandbox": False}}))
    failures = nightly.activate(copy.url, load_settings(), "first", dry_run=False, only=["hubspot"], tell=[].append)

    assert [failure.step for failure in failures] == ["destination hubspot"]
    assert "it is the first sync" in str(failures[0].error)
    assert first.writes() == before


def test_plan_past_its_budget_is_sent_when_a_person_approves_exactly_it(
    first: World, copy: World, abm: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text("guards: {destinations: {hubspot: {max_update_count: 0}}}")
    monkeypatch.setenv("ABM_POLICY", str(policy))
    changed = "(select min(object_key) from activation.crm_accounts where destination = 'hubspot')"
    _execute(copy, f"update activation.crm_accounts set abm_reason = 'asked' where object_key = {changed}")
    before = first.writes()
    held = abm("send", "hubspot")

    assert (held.code, len(held.faults)) == (1, 1)
    assert "1 updates in all; 0 may go unasked. Nothing was sent." in held.faults[0]
    assert first.writes() == before

    (shown,) = json.loads(abm("plan", "hubspot", "--format", "json").out)
    assert f"abm send hubspot --plan {shown['plan']} --approve-by NAME" in held.faults[0]
    assert (shown["decision"], shown["counts"]["updates"], shown["counts"]["creations"]) == ("approve", 1, 0)
    assert [(kind["operation"], len(kind["keys"])) for kind in shown["examples"]] == [("update", 1)]
    assert [tally["field"] for tally in shown["fields"] if tally["changed"]] == ["abm_reason"]

    other = abm("send", "hubspot", "--plan", "000000000000", "--approve-by", "Ada")
    assert (other.code, "000000000000 was approved" in other.faults[0]) == (1, True)
    assert first.writes() == before

    sent = abm("send", "hubspot", "--plan", shown["plan"], "--approve-by", "Ada")
    assert (sent.code, sent.out.startswith("hubspot: 0 creations, 1 updates, 0 removals.")) == (0, True)
    assert re.search(r"^ *hubspot +0 +1 +0 ", sent.out, re.MULTILINE), "created, updated, removed"
    assert first.writes()["hubspot"] == before["hubspot"] + 1
    assert copy.rows("select plan_digest, approved_by from ops.sync_approvals") == [(shown["plan"], "Ada")]


def test_doctor_finds_the_sandbox_sound_after_the_first_night(copy: World, abm: Callable[..., Ended]) -> None:
    ended = abm("doctor")

    assert (ended.code, [line for line in ended.out.splitlines() if line.startswith("✗")]) == (0, [])


def test_explain_tells_what_was_sent_where(copy: World, abm: Callable[..., Ended]) -> None:
    account, reason = copy.rows(
        "select account_id, left(reason, 20) from marts.fct_account_styles join activation.crm_accounts"
        " using (account_id) where destination = 'salesforce' order by account_id limit 1"
    )[0]
    ended = abm("explain", account)

    assert ended.code == 0
    assert reason in " ".join(ended.out.split())
    assert "salesforce" in ended.out
    assert "updated" in ended.out


def _execute(world: World, statement: str) -> None:
    with connect(world.url) as connection:
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("plan", "nowhere"), "Use one of salesforce"),
        (("send", "nowhere"), "Use one of salesforce"),
        (("export", "--style", "one_to_nobody", "--platform", "linkedin", "--out", "x"), "one_to_nobody"),
        (("export", "--style", "one_to_many", "--platform", "paper", "--out", "x"), "paper"),
        (("explain", "no such account"), "Nearest names"),
        (("run", "--as-of", "2020-01-01"), "the ledgers only grow forward"),
    ],
)
def test_unknown_names_are_told(copy: World, abm: Callable[..., Ended], arguments: tuple[str, ...], told: str) -> None:
    ended = abm(*arguments)

    assert ended.code in {1, 2}
    assert len(ended.faults) == 1
    assert told in ended.faults[0]
