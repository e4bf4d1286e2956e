"""Nothing past the budget leaves without a person's word for exactly this plan, whatever is run, cleared or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from abm import activation
from abm.activation.guards import judging
from abm.errors import HeldError
from abm.policy.load import load_policy
from abm.warehouse import connect

if TYPE_CHECKING:
    from abm.activation.guards import Measured

    from .conftest import World


def judge(world: World, run_id: str) -> activation.Verdict:
    return activation.guard(world.url, run_id, load_policy(None))


def execute(world: World, statement: str) -> None:
    with connect(world.url) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def verdict(world: World) -> activation.Verdict:
    """A first sync of two rows, which a person must approve."""
    world.publish_records({"a": "one_to_one", "b": "one_to_few"})
    asked = judge(world, world.plan().run_id)
    assert asked.decision == "approve"
    return asked


def refused(world: World, run_id: str, told: str) -> None:
    with pytest.raises(HeldError, match=told):
        world.send_only(run_id)
    assert not world.platform.sent


def test_approved_plan_is_sent_and_who_approved_it_is_kept(world: World, verdict: activation.Verdict) -> None:
    activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    assert world.send_only(verdict.run_id) == {"created": 2}
    with connect(world.url) as connection:
        kept = connection.execute("select run_id, plan_digest, approved_by from ops.sync_approvals").fetchall()
    assert kept == [(verdict.run_id, verdict.digest, "Ada")]


def test_sending_right_after_planning_is_refused(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    refused(world, world.plan().run_id, r"was not judged by its guard.*trigger abm_activate_salesforce")


def test_sending_past_the_budget_is_refused_with_the_remedy(world: World, verdict: activation.Verdict) -> None:
    refused(world, verdict.run_id, f"first sync.*abm send salesforce --plan {verdict.digest} --approve-by NAME")
    activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    assert world.send_only(verdict.run_id) == {"created": 2}


def test_marking_the_approval_as_done_or_clearing_tasks_sends_nothing(
    world: World, verdict: activation.Verdict
) -> None:
    for _ in range(2):  # `guard` cleared, then `send`
        assert judge(world, verdict.run_id).decision == "approve"
        refused(world, verdict.run_id, "nobody approved it")


def test_stopped_run_cannot_be_approved(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    world.night()
    world.platform.sent.clear()
    world.publish_records({})
    stopped = judge(world, world.plan().run_id)
    with pytest.raises(HeldError, match="cannot be approved: salesforce: nothing is published"):
        activation.approve(world.url, stopped.run_id, stopped.digest, "Ada")
    refused(world, stopped.run_id, "is stopped")


def test_rejected_run_stays_held_and_the_next_plan_is_asked_about_anew(
    world: World, verdict: activation.Verdict
) -> None:
    activation.hold(world.url, verdict.run_id, "rejected in Airflow by Ada")
    with pytest.raises(HeldError, match="is held and cannot be approved any more"):
        activation.approve(world.url, verdict.run_id, verdict.digest, "Bob")
    assert world.send_only(verdict.run_id) == {"held": 2}
    assert not world.platform.sent

    following = world.plan().run_id
    refused(world, following, "was not judged")
    assert judge(world, following).digest == verdict.digest
    refused(world, following, "nobody approved it")


def test_approval_of_a_run_is_not_one_of_the_run_that_replaces_it(world: World, verdict: activation.Verdict) -> None:
    activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    second = world.plan().run_id
    refused(world, verdict.run_id, "later plan")
    refused(world, second, "was not judged")
    judge(world, second)
    refused(world, second, "nobody approved it")


def test_replaced_run_cannot_be_approved(world: World, verdict: activation.Verdict) -> None:
    world.plan()
    with pytest.raises(HeldError, match="is abandoned and cannot be approved"):
        activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")


@pytest.mark.parametrize(
    "change",
    [
        "update ops.sync_changes set payload = '{\"ABM_Style__c\": \"none\"}' where object_key = 'a'",
        "update ops.sync_changes set operation = 'remove' where object_key = 'a'",
        "update ops.sync_changes set object_key = 'c' where object_key = 'a'",
        "delete from ops.sync_changes where object_key = 'a'",
        "insert into ops.sync_changes select run_id, destination, 'c', operation from ops.sync_changes limit 1",
    ],
    ids=["content", "operation", "key", "fewer", "more"],
)
def test_plan_that_changed_after_its_approval_is_refused(
    world: World, verdict: activation.Verdict, change: str
) -> None:
    activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    execute(world, change)
    refused(world, verdict.run_id, "are others than those judged")
    with pytest.raises(HeldError, match="does not hold the plan"):
        activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    changed = judge(world, verdict.run_id)
    refused(world, verdict.run_id, "nobody approved it")
    activation.approve(world.url, verdict.run_id, changed.digest, "Bob")
    with connect(world.url) as connection:
        assert connection.execute("select approved_by from ops.sync_approvals").fetchall() == [("Bob",)]


def test_plan_within_its_budget_that_changed_is_refused(world: World) -> None:
    world.publish_records(dict.fromkeys("abcdef", "one_to_one"))
    world.night()
    world.platform.sent.clear()
    world.publish_records({**dict.fromkeys("abcdef", "one_to_one"), "a": "one_to_few"})
    within = judge(world, world.plan().run_id)
    assert within.decision == "send"
    execute(world, f"update ops.sync_changes set payload = '{{}}' where run_id = '{within.run_id}'")
    refused(world, within.run_id, "are others than those judged")


def test_another_plan_than_the_one_seen_is_not_approved(world: World, verdict: activation.Verdict) -> None:
    with pytest.raises(HeldError, match="does not hold the plan '000000000000' that was approved"):
        activation.approve(world.url, verdict.run_id, "000000000000", "Ada")
    refused(world, verdict.run_id, "nobody approved it")


def test_plan_nobody_judged_cannot_be_approved(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    with pytest.raises(HeldError, match="was not judged by its guard yet"):
        activation.approve(world.url, world.plan().run_id, "000000000000", "Ada")


def test_newer_release_holds_an_approved_plan(world: World, verdict: activation.Verdict) -> None:
    activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    world.publish_release("r2")
    refused(world, verdict.run_id, "r2 is live now")


def test_answer_that_is_delivered_twice_is_recorded_once(world: World, verdict: activation.Verdict) -> None:
    activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    activation.approve(world.url, verdict.run_id, verdict.digest, "Bob")
    world.send_only(verdict.run_id)
    activation.account(world.url, verdict.run_id)
    activation.approve(world.url, verdict.run_id, verdict.digest, "Bob")
    with connect(world.url) as connection:
        assert connection.execute("select approved_by from ops.sync_approvals").fetchall() == [("Ada",)]


def test_approved_run_that_failed_halfway_is_taken_up_under_the_same_approval(world: World) -> None:
    from abm.errors import ConfigurationError, Fault

    world.publish_records(dict.fromkeys("abcdef", "one_to_one"))
    verdict = judge(world, world.plan().run_id)
    activation.approve(world.url, verdict.run_id, verdict.digest, "Ada")
    world.platform.faults.extend([None, ("before", ConfigurationError(Fault("scope", "is missing", "Grant it")))])
    with pytest.raises(ConfigurationError):
        world.send_only(verdict.run_id)
    assert world.send_only(verdict.run_id) == {"created": 6}


def test_the_same_changes_are_the_same_plan_in_whatever_run(world: World, verdict: activation.Verdict) -> None:
    shown = world.plan(dry_run=True)
    assert judge(world, shown.run_id).digest == verdict.digest
    world.publish_records({"b": "one_to_few", "a": "one_to_many"})
    assert judge(world, world.plan(dry_run=True).run_id).digest != verdict.digest


def test_two_that_judge_one_plan_at_once_come_to_one_verdict(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish_records({"a": "one_to_one"})
    run_id = world.plan().run_id
    measure = judging.measure
    others: list[Any] = []

    def while_another_judges(*told: Any) -> Measured:
        measured = measure(*told)
        if not others:
            others.append(None)
            others[0] = judge(world, run_id)
        return measured

    monkeypatch.setattr(judging, "measure", while_another_judges)
    assert judge(world, run_id).digest == others[0].digest
