"""A policy is rehearsed on a released world: it shows what would move, and leaves everything as it was."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import psutil
import pytest
import stamina
from tests.integration.first_night import ACCOUNTS

from abm import release
from abm.policy.load import load_policy
from abm.simulate import simulate
from abm.simulate.schemas import SCHEMAS, own_schemas
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from abm.policy.schema import Policy
    from abm.simulate import Rehearsal

pytestmark = pytest.mark.integration

FEW_SEATS = """
currency: EUR
rates: {USD: 0.5, GBP: 0.6}
scale_factor: 0.5
programmes:
  - name: spring
    label: Spring
    rules: [{attribute: technology, values: [no such technology]}]
    starts_on: 2026-03-01
    ends_on: 2026-04-01
    seats: 0
experiments:
  - {name: adverts, label: Account adverts, style: one_to_many, holdout_share: 0.2, baseline_rate: 0.05,
     detectable_lift: 0.5, starts_on: 2026-04-01}
styles:
  one_to_one: {seats: {limit: 1, lease_reserve: 0, manual_seats: 0}}
  one_to_few: {seats: {limit: 5, lease_reserve: 0}}
"""
_TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname in ('ops', 'intermediate', 'candidate_marts', 'candidate_activation', 'marts', 'activation') order by 1
"""
_CONTENT = "select md5(string_agg(md5(r::text), '' order by md5(r::text))) from {} as r"
_LEFT = "select nspname from pg_namespace where nspname = any(%s)"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder for dbt's parse caches, so that the module parses the project once a target."""
    with pytest.MonkeyPatch.context() as environment:
        folder = tmp_path_factory.mktemp("dbt-home")
        environment.setenv("ABM_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _one_parse(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABM_HOME", str(home))


@pytest.fixture(scope="module")
def few_seats(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    file = tmp_path_factory.mktemp("policy") / "policy.yml"
    file.write_text(FEW_SEATS, encoding="utf-8")
    return load_policy(file)


@pytest.fixture(scope="module")
def built(home: Path, first_night_url: str) -> str:
    """A small world, built and not yet published."""
    return first_night_url


@pytest.fixture(scope="module")
def before_any_release(built: str, few_seats: Policy) -> Rehearsal:
    return simulate(built, few_seats)


@pytest.fixture(scope="module")
def released(built: str, before_any_release: Rehearsal) -> str:
    release.publish(built, "first", "test")
    return built


@pytest.fixture(scope="module")
def content(released: str) -> dict[str, str]:
    """What stands in the warehouse before anything is rehearsed beside the release."""
    return read_content(released)


@pytest.fixture(scope="module")
def fewer(released: str, content: dict[str, str], few_seats: Policy) -> Rehearsal:
    return simulate(released, few_seats)


def read_content(url: str) -> dict[str, str]:
    with connect(url) as connection:
        tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
        return {name: str(connection.execute(_CONTENT.format(name).encode()).fetchone()) for name in tables}


def schemas_left(url: str) -> list[str]:
    with connect(url) as connection:
        return [name for (name,) in connection.execute(_LEFT, [list(SCHEMAS)]).fetchall()]


def test_without_a_release_there_is_only_an_after(before_any_release: Rehearsal) -> None:
    assert before_any_release.live is None
    assert before_any_release.outcome.movers == ()
    assert all(line.before is None for line in before_any_release.outcome.styles)
    assert sum(line.after.accounts for line in before_any_release.outcome.styles if line.after) > ACCOUNTS * 0.5


def test_policy_in_force_moves_nobody(released: str) -> None:
    same = simulate(released, load_policy(None))

    assert same.is_policy_in_force
    assert list(same.outcome.movers) == []
    assert all(line.before == line.after for line in same.outcome.styles)
    assert all(audience.before == audience.after for audience in same.outcome.audiences)


def test_fewer_seats_move_accounts_with_names_and_reasons(fewer: Rehearsal) -> None:
    leaving = [mover for mover in fewer.outcome.movers if mover.from_style == "one_to_one"]

    assert leaving
    assert all(mover.account_name and mover.reason for mover in fewer.outcome.movers)
    assert all(mover.to_style not in {"one_to_one", None} for mover in leaving)


def test_seats_cost_and_benchmarks_follow_the_policy(fewer: Rehearsal) -> None:
    (top,) = (line for line in fewer.outcome.styles if line.style == "one_to_one")

    assert top.before
    assert top.after
    assert top.after.seats == 1
    assert top.after.accounts <= 1 < top.before.accounts
    assert (top.after.planned_spend or 0) < (top.before.planned_spend or 0)
    assert f"{top.after.accounts:,} account" in fewer.verdicts[0].text


def test_what_was_planned_before_is_told_in_the_currency_of_after(fewer: Rehearsal, released: str) -> None:
    with connect(released) as connection:
        planned = dict(connection.execute("select style, planned_spend from marts.fct_style_capacity").fetchall())
    assert fewer.live
    assert (fewer.live.currency, fewer.currency) == ("USD", "EUR")
    before = {line.style: line.before.planned_spend for line in fewer.outcome.styles if line.before}
    assert before["one_to_one"] == pytest.approx(float(planned["one_to_one"]) * 0.5)


def test_the_power_check_and_values_nobody_has_are_told(fewer: Rehearsal) -> None:
    (experiment,) = fewer.outcome.experiments
    assert (experiment.experiment, experiment.status) == ("adverts", "planned")
    assert experiment.verdict.startswith("Too small: ")
    told = [(trait.owner, trait.attribute, trait.value) for trait in fewer.outcome.unmatched_traits]
    assert ("programme spring", "technology", "no such technology") in told


def test_nothing_but_its_own_schemas_is_touched(fewer: Rehearsal, released: str, content: dict[str, str]) -> None:
    assert read_content(released) == content
    assert schemas_left(released) == []


def test_same_inputs_give_the_same_digest(fewer: Rehearsal, released: str, few_seats: Policy) -> None:
    assert simulate(released, few_seats).digest == fewer.digest


def test_months_carry_their_own_ledgers(released: str, few_seats: Policy, content: dict[str, str]) -> None:
    replayed = simulate(released, few_seats, months=1, keep=True)
    with connect(released) as connection:
        days = connection.execute("select distinct valid_from from simulation_ops.style_ledger order by 1").fetchall()

    assert [(month.as_of, month.is_review) for month in replayed.months] == [(dt.date(2026, 2, 28), True)]
    assert days == [(dt.date(2026, 2, 28),)]
    assert all(month.styles["one_to_one"].accounts <= 1 for month in replayed.months)
    assert read_content(released) == content


def test_next_one_cleans_up_what_a_killed_one_left(released: str) -> None:
    with connect(released, autocommit=True) as connection:
        connection.execute("create schema if not exists simulation_ops")
        connection.execute("create table if not exists simulation_ops.left_behind (id integer)")
    with own_schemas(released, lambda _: None, keep=False):
        assert schemas_left(released) == []


def test_second_rehearsal_waits_for_the_first(released: str) -> None:
    told: list[str] = []
    waits, entered = threading.Event(), threading.Event()

    def tell(message: str) -> None:
        told.append(message)
        waits.set()

    def second() -> None:
        with own_schemas(released, tell, keep=False):
            entered.set()

    with own_schemas(released, lambda _: None, keep=False):
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(30)
        assert not entered.is_set()
    thread.join(30)
    assert entered.is_set()
    assert told == ["Waiting for another simulation to end"]


def test_dbt_ends_with_the_process_that_started_it(released: str, tmp_path: Path) -> None:
    """A killed rehearsal's dbt would go on building beside the next one."""
    program = "import sys; from abm.transform import run_dbt; run_dbt(sys.argv[1], 'parse', '--no-partial-parse')"
    environment = os.environ | {"ABM_HOME": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program, released], env=environment) as parent:
        child = _child(parent.pid)
        parent.kill()

    _wait_for_end(child)


@stamina.retry(on=IndexError, attempts=None, timeout=30, wait_max=0.2)
def _child(pid: int) -> psutil.Process:
    return psutil.Process(pid).children()[0]


@stamina.retry(on=AssertionError, attempts=None, timeout=30, wait_max=0.2)
def _wait_for_end(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        assert process.status() == psutil.STATUS_ZOMBIE
