"""Who opted out leaves every audience with the next run, whatever its guard says of the rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.unit.activation.test_whole_audiences import disk, files

from abm import activation, nightly
from abm.activation.guards import plans_as_json
from abm.errors import HeldError, RetryableError
from abm.policy.load import load_policy
from abm.settings import load_settings
from abm.warehouse import connect

from .conftest import Killed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abm.destinations.lists.destination import Lists

    from .conftest import World

__all__ = ["disk"]  # a fixture


def publish(world: World, members: Iterable[str], destination: str = "meta") -> None:
    world.publish_members({f"wide/{member}": {"EMAIL": f"digest of {member}"} for member in members}, destination)


@pytest.fixture
def sent(world: World) -> World:
    """Sixty members whom the platform holds; the first two of them opted out since."""
    people = [f"p:{number:02}" for number in range(60)]
    publish(world, people)
    world.night("meta")
    world.platform.sent.clear()
    world.opt_out("p:00", "p:01")
    publish(world, people[2:])
    return world


def judged(world: World) -> activation.Verdict:
    return activation.guard(world.url, world.plan("meta").run_id, load_policy(None))


def removed(world: World) -> list[str]:
    return [change.object_key for change in world.platform.sent if change.operation == "remove"]


LEFT = ["wide/p:00", "wide/p:01"]


def test_opt_outs_leave_before_a_plan_that_waits_is_rejected(sent: World) -> None:
    publish(sent, ["p:02"])  # 57 would leave: past every budget
    assert sent.remove_opt_outs() == {"removed": 2}
    verdict = judged(sent)
    assert verdict.decision == "approve"
    assert "2 left before this plan was made" in verdict.summary
    assert "57 removals" in verdict.counts
    activation.hold(sent.url, verdict.run_id, "rejected")
    assert removed(sent) == LEFT


def test_opt_outs_leave_though_nothing_is_published_and_nobody_else_does(sent: World) -> None:
    publish(sent, [])
    assert sent.remove_opt_outs() == {"removed": 2}
    verdict = judged(sent)
    assert verdict.decision == "stop"
    assert removed(sent) == LEFT
    assert len(sent.platform.held) == 58


def test_the_last_members_may_leave_by_opting_out(sent: World) -> None:
    sent.opt_out(*(f"p:{number:02}" for number in range(2, 60)))
    publish(sent, [])
    assert sent.remove_opt_outs() == {"removed": 60}
    assert sent.platform.held == {}


def test_dry_run_counts_opt_outs_beside_the_plan_and_sends_nothing(sent: World) -> None:
    plan = sent.plan("meta", dry_run=True)
    assert plan.removals == 0
    verdict = activation.guard(sent.url, plan.run_id, load_policy(None))
    assert "2 to leave with the next run" in verdict.summary
    assert json.loads(plans_as_json([verdict]))[0]["opt_outs"] == {"left": 0, "waiting": 2}
    assert removed(sent) == []


def test_repeated_and_cleared_it_has_no_second_effect(sent: World) -> None:
    assert sent.remove_opt_outs() == sent.remove_opt_outs() == {"removed": 2}
    run_id = sent.plan("meta").run_id
    assert activation.remove_opt_outs(sent.url, "meta", run_id, None, opening=sent.open) == {}
    sent.opt_out("p:02")  # with the next run, not in the middle of this one
    assert activation.remove_opt_outs(sent.url, "meta", run_id, None, opening=sent.open) == {}
    assert removed(sent) == LEFT
    with connect(sent.url) as connection:
        assert connection.execute("select status from ops.sync_runs where run_id = %s", [run_id]).fetchone() == (
            "planned",
        )


@pytest.mark.parametrize("when", ["before", "after"])
def test_it_goes_on_after_a_crash(sent: World, when: str) -> None:
    sent.platform.batch = 1
    sent.platform.faults.extend([None, (when, Killed())])
    with pytest.raises(Killed):
        sent.remove_opt_outs()
    sent.remove_opt_outs()
    assert not {"wide/p:00", "wide/p:01"} & set(sent.platform.held)
    assert len(removed(sent)) == (2 if when == "before" else 3)  # the platform finds that it is gone already
    assert judged(sent).decision == "send"


def test_night_after_a_crash_removes_who_may_have_joined_since_then_opted_out(sent: World) -> None:
    publish(sent, ["p:60", *(f"p:{number:02}" for number in range(2, 60))])
    sent.platform.faults.append(("after", Killed()))
    run_id = sent.plan("meta").run_id
    with pytest.raises(Killed):
        sent.send(run_id)
    assert "wide/p:60" in sent.platform.held
    sent.opt_out("p:60")
    sent.remove_opt_outs()
    assert "wide/p:60" not in sent.platform.held


def test_platform_that_is_down_is_told_and_they_leave_when_it_is_back(sent: World) -> None:
    sent.platform.batch = 1
    sent.platform.faults.extend([("before", RetryableError("down"))] * 2)
    sent.remove_opt_outs()
    assert len(sent.platform.held) == 60
    assert "2 to leave with the next run" in judged(sent).summary
    assert sent.remove_opt_outs() == {"removed": 2}


def test_a_held_plan_is_compared_with_what_was_desired_before_not_with_the_opt_outs(sent: World) -> None:
    publish(sent, [f"p:{number:02}" for number in range(2, 30)])
    sent.remove_opt_outs()
    measured = judged(sent).measured
    assert measured is not None
    assert measured.whole.before == 60


def test_an_opt_out_taken_back_is_no_reason_to_leave(sent: World) -> None:
    with connect(sent.url) as connection:
        connection.execute("update ops.opt_out_ledger set valid_to = valid_from + 1")
    assert sent.remove_opt_outs() == {}


def test_whole_audience_is_written_without_them_and_with_nobody_new(world: World, disk: Lists) -> None:
    world.publish_members({f"core/{name}": {"companyName": name} for name in ("a", "b")}, "lists")
    world.night("lists")
    world.opt_out("a")
    world.publish_members({f"core/{name}": {"companyName": name} for name in ("b", "c")}, "lists")
    assert world.remove_opt_outs("lists") == {"removed": 1}
    assert files(disk) == {"core": ["b"]}


def test_records_of_a_crm_are_left_to_the_plan(sent: World) -> None:
    assert sent.remove_opt_outs("salesforce") == {}


def test_a_night_removes_them_and_holds_the_rest(sent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(sent, [])
    remove = activation.remove_opt_outs
    monkeypatch.setattr(activation, "remove_opt_outs", lambda *told: remove(*told, opening=sent.open))
    monkeypatch.setattr(nightly, "require_connection", lambda *_: None)
    monkeypatch.setattr(nightly, "find_connection", lambda *_: None)
    with pytest.raises(HeldError, match="nothing is published for meta"):
        nightly.activate_one(sent.url, load_settings(), "meta", "meta-n1")
    assert removed(sent) == LEFT
    with pytest.raises(HeldError, match="nothing is published for meta"):
        nightly.activate_one(sent.url, load_settings(), "meta", "meta-n1")
    assert removed(sent) == LEFT
