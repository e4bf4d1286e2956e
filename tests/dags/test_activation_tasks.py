"""The tasks of an activation DAG on a real warehouse: what goes on, asks, stops, and what getting round them sends."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.activation.conftest import World, published_warehouse, world

from abm import activation
from abm.errors import HeldError
from abm.warehouse import connect

__all__ = ["published_warehouse", "world"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore")

DAG = "abm_activate_salesforce"
RUN = "salesforce-20260302T010000"


class Tasks:
    """The DAG's tasks, called as the scheduler would, with what they pushed."""

    def __init__(self, dag: Any, patch: pytest.MonkeyPatch, world: World) -> None:
        self.dag, self.world = dag, world
        self.pushed: dict[str, Any] = {}
        self.context: dict[str, Any] = {
            "dag_run": SimpleNamespace(run_after=dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)),
            "params": {},
            "ti": SimpleNamespace(xcom_push=self.pushed.__setitem__),
        }
        names = dag.get_task("guard").python_callable.__wrapped__.__globals__
        patch.setitem(names, "get_current_context", lambda: self.context)
        patch.setitem(names, "WarehouseHook", lambda: SimpleNamespace(url=world.url))
        patch.setitem(names, "PlatformHook", lambda _: SimpleNamespace(find=lambda: None))
        send, remove = activation.send, activation.remove_opt_outs
        patch.setattr(activation, "remove_opt_outs", lambda *told, **_: remove(*told, opening=world.open))
        patch.setattr(activation, "send", lambda *told, **_: send(*told, opening=world.open))

    def run(self, task_id: str) -> Any:
        options = {"needs_connection": False} if task_id in {"plan", "remove_opt_outs"} else {}
        destination = self.dag.dag_id.removeprefix("abm_activate_")
        return self.dag.get_task(task_id).python_callable(destination, **options)

    def send(self) -> dict[str, int]:
        """Run the task, and return the rows by outcome."""
        assert self.run("send") is None
        return self.world.outcomes(RUN)

    def answer(self, person: str) -> None:
        """Approve what the guard pushed."""
        self.dag.get_task("approve").on_approve(self.world.url, RUN, self.pushed["plan"], person)


@pytest.fixture
def tasks(dagbag: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    world.publish_records({"a": "one_to_one", "b": "one_to_few"})
    return Tasks(dagbag.dags[DAG], monkeypatch, world)


def status(world: World) -> tuple[str, str | None]:
    with connect(world.url) as connection:
        found = connection.execute("select status, guard_reason from ops.sync_runs where run_id = %s", [RUN]).fetchone()
    assert found is not None
    return found[0], found[1]


def test_plan_past_its_budget_goes_by_the_approval_and_only_then_leaves(tasks: Tasks) -> None:
    assert tasks.run("plan") == {"run_id": RUN, "desired": 2, "planned": 2}
    assert tasks.run("guard") == "approve"
    assert "first sync, of 2 rows" in tasks.pushed["summary"]

    with pytest.raises(HeldError, match="nobody approved it"):  # `approve` marked as done by hand
        tasks.run("send")
    assert tasks.world.platform.held == {}

    tasks.answer("Ada")
    assert tasks.send() == {"created": 2}
    assert tasks.send() == {"created": 2}  # cleared
    assert len(tasks.world.platform.sent) == 2


def test_plan_within_its_budget_goes_on_to_be_sent(tasks: Tasks) -> None:
    tasks.world.night()
    tasks.run("plan")
    assert tasks.run("guard") == "send"
    assert tasks.send() == {}


def test_rejected_run_sends_nothing_though_tasks_are_cleared_and_answered_again(tasks: Tasks) -> None:
    tasks.run("plan")
    tasks.run("guard")
    tasks.dag.get_task("approve").on_reject(tasks.world.url, RUN, "rejected in Airflow by Ada")
    for task_id in ("plan", "guard"):
        tasks.run(task_id)
    with pytest.raises(HeldError, match="is held and cannot be approved"):
        tasks.answer("Bob")
    assert tasks.send() == {"held": 2}
    assert not tasks.world.platform.sent
    assert status(tasks.world) == ("held", "rejected in Airflow by Ada")


def test_empty_release_stops_without_asking(tasks: Tasks) -> None:
    tasks.world.night()
    tasks.world.platform.sent.clear()
    tasks.world.publish_records({})
    tasks.run("plan")
    with pytest.raises(HeldError, match=r"nothing is published for salesforce.*next night plans anew"):
        tasks.run("guard")
    assert status(tasks.world)[0] == "held"
    assert tasks.send() == {}
    assert not tasks.world.platform.sent


def test_dry_run_ends_at_the_guard_with_its_counts(tasks: Tasks) -> None:
    tasks.context["params"] = {"dry_run": True}
    tasks.run("plan")
    assert tasks.run("guard") is None
    assert "2 creations" in tasks.pushed["summary"]
    assert "- create: `a`, `b`" in tasks.pushed["summary"]
    assert tasks.send() == {"held": 2}
    assert not tasks.world.platform.sent


@pytest.fixture
def opted_out(dagbag: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    """A destination that holds two members, of whom one opted out, while nothing is published."""
    world.publish_members({f"wide/{name}": {"EMAIL": name} for name in ("a", "b")}, "meta")
    world.night("meta")
    world.opt_out("a")
    world.publish_members({}, "meta")
    return Tasks(dagbag.dags["abm_activate_meta"], monkeypatch, world)


def test_who_opted_out_leaves_though_the_plan_is_stopped_and_tasks_are_cleared(opted_out: Tasks) -> None:
    assert opted_out.run("remove_opt_outs") == opted_out.run("remove_opt_outs") == {"removed": 1}
    for _ in range(2):
        opted_out.run("plan")
        with pytest.raises(HeldError, match="nothing is published for meta"):
            opted_out.run("guard")
    assert "1 left before this plan" in opted_out.pushed["summary"]
    assert opted_out.run("remove_opt_outs") == {}
    assert list(opted_out.world.platform.held) == ["wide/b"]


def test_dry_run_removes_nobody(opted_out: Tasks) -> None:
    opted_out.context["params"] = {"dry_run": True}
    assert opted_out.run("remove_opt_outs") == {}
    opted_out.run("plan")
    assert opted_out.run("guard") is None
    assert "1 to leave with the next run" in opted_out.pushed["summary"]
    assert list(opted_out.world.platform.held) == ["wide/a", "wide/b"]
