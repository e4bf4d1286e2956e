"""Whatever breaks, and wherever: afterwards desired = acknowledged = what the platform holds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm import activation
from abm.errors import AbmError, ConfigurationError, Fault, RetryableError
from abm.warehouse import connect

from .conftest import Killed, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEYS = "abcd"  # few, so that the same row meets several faults
styles = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["one_to_one", "one_to_few"]))
FAULTS = [
    ("after", Killed()),
    ("after", RetryableError("no answer", code="TIMEOUT")),
    ("before", RetryableError("no answer", code="UNREACHABLE")),
    ("before", ConfigurationError(Fault("field", "is missing", "Create it"))),
    None,
]
faults = st.lists(st.sampled_from(FAULTS), max_size=2)
keys = st.sets(st.sampled_from(KEYS), max_size=1)


@dataclass(frozen=True)
class Night:
    """What is published, how the platform behaves, after which statement the process dies, whether it is restarted."""

    desired: Mapping[str, str]
    faults: list[tuple[str, BaseException] | None]
    refuses: set[str]
    fails: set[str]
    dies_at: int | None
    dies_after: bool
    resumes: bool


nights = st.builds(
    Night,
    desired=styles,
    faults=faults,
    refuses=keys,
    fails=keys,
    dies_at=st.none() | st.integers(0, 40),
    dies_after=st.booleans(),
    resumes=st.booleans(),
)


class Lifeline:
    """Cut after a number of statements, from then on every statement of the process fails."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.after = False

    def spend(self, execute: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.left is None:
            return execute(*args, **kwargs)
        self.left -= 1
        if self.left == 0 and self.after:
            execute(*args, **kwargs)
        if self.left <= 0:
            raise Killed
        return execute(*args, **kwargs)


@pytest.fixture
def lifeline(monkeypatch: pytest.MonkeyPatch) -> Lifeline:
    line = Lifeline()
    execute = psycopg.Cursor.execute
    monkeypatch.setattr(
        psycopg.Cursor, "execute", lambda self, *args, **kwargs: line.spend(execute, self, *args, **kwargs)
    )
    return line


def live_through(world: World, lifeline: Lifeline, night: Night) -> None:
    """Run one night as Airflow would, with everything that goes wrong in it."""
    lifeline.left = None
    world.publish_records(night.desired)
    world.platform.faults = deque(night.faults)
    world.platform.refuses, world.platform.fails = night.refuses, night.fails
    world.platform.sent.clear()
    world.runs += 1
    run_id = f"n{world.runs}"
    lifeline.left, lifeline.after = night.dies_at and night.dies_at + 1, night.dies_after
    for _ in range(2 if night.resumes else 1):
        try:
            activation.plan(world.url, "salesforce", run_id=run_id)
            world.send(run_id)
            activation.account(world.url, run_id)
        except (Killed, AbmError):
            pass
        lifeline.left = None
    if not night.desired:
        assert not [change for change in world.platform.sent if change.operation == "remove"]


def calm_night(world: World, desired: Mapping[str, str]) -> activation.Accounting:
    world.publish_records(desired)
    world.platform.faults.clear()
    world.platform.refuses, world.platform.fails = set(), set()
    world.platform.sent.clear()
    with connect(world.url) as connection:  # nights have passed
        connection.execute("update ops.sync_failures set failed_on = failed_on - 30")
    return world.night()


def forget(world: World) -> None:
    world.platform.held.clear()
    with connect(world.url) as connection:
        for table in ("sync_state", "sync_changes", "sync_runs", "sync_refusals", "sync_failures"):
            connection.execute(f"delete from ops.{table}")


def acknowledged(world: World) -> dict[str, str]:
    with connect(world.url) as connection:
        rows = connection.execute("select object_key, payload ->> 'ABM_Style__c', payload_hash from ops.sync_state")
        return {key: style for key, style, payload_hash in rows if payload_hash is not None}


def outcomes_missing(world: World) -> int:
    with connect(world.url) as connection:
        row = connection.execute("select count(*) from ops.sync_changes where outcome is null").fetchone()
        assert row is not None
        return int(row[0])


def refused(world: World) -> set[str]:
    with connect(world.url) as connection:
        return {key for (key,) in connection.execute("select object_key from ops.sync_refusals")}


def without(rows: Mapping[str, str], left_out: set[str]) -> dict[str, str]:
    return {key: value for key, value in rows.items() if key not in left_out}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(nights, min_size=1, max_size=4), last=styles.filter(bool))
def test_a_calm_night_mends_whatever_went_wrong(
    world: World, lifeline: Lifeline, history: list[Night], last: Mapping[str, str]
) -> None:
    forget(world)
    for night in history:
        live_through(world, lifeline, night)

    calm_night(world, last)
    withheld = refused(world)
    expected = without(last, withheld)
    assert without(world.styles_held(), withheld) == expected
    assert without(acknowledged(world), withheld) == expected
    assert outcomes_missing(world) == 0

    assert calm_night(world, last).planned == 0
    assert not world.platform.sent


def test_process_may_die_at_every_single_statement(world: World, lifeline: Lifeline) -> None:
    desired = {"a": "one_to_few", "b": "one_to_one", "d": "one_to_few", "e": "one_to_one"}
    for dies_at in range(40):
        forget(world)
        calm_night(world, dict.fromkeys("abcd", "one_to_one"))
        live_through(world, lifeline, Night(desired, [], set(), set(), dies_at, dies_after=False, resumes=True))
        assert world.styles_held() == desired, dies_at
        assert outcomes_missing(world) == 0
