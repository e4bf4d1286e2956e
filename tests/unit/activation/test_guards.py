from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm import activation
from abm.policy.load import load_policy

if TYPE_CHECKING:
    from .conftest import World


def records(count: int, style: str = "one_to_many") -> dict[str, str]:
    return {f"{number:03}": style for number in range(count)}


def members(count: int, audience: str) -> dict[str, dict[str, str]]:
    return {f"{audience}/{number:03}": {"companyName": f"Company {number}"} for number in range(count)}


def judge(world: World, destination: str = "salesforce") -> activation.Verdict:
    return activation.guard(world.url, world.plan(destination).run_id, load_policy(None))


def test_plan_within_the_budget_is_sent(world: World) -> None:
    world.publish_records(records(100))
    verdict = judge(world)
    assert verdict.is_within_budget
    assert "100 creations" in verdict.summary


@pytest.mark.parametrize(("left", "decision"), [(90, "send"), (89, "approve")])
def test_removals_past_the_budget_need_a_person(world: World, left: int, decision: str) -> None:
    world.publish_records(records(100))
    world.night()
    world.publish_records(records(left))
    assert judge(world).decision == decision


def test_small_destinations_have_no_shares(world: World) -> None:
    world.publish_records(records(49))
    world.night()
    world.publish_records(records(10))
    assert judge(world).decision == "send"


def test_empty_input_is_stopped_whatever_its_size(world: World) -> None:
    world.publish_records(records(2))
    world.night()
    world.publish_records({})
    verdict = judge(world)
    assert (verdict.decision, verdict.is_within_budget) == ("stop", False)


def test_one_emptied_audience_is_seen_among_large_ones(world: World) -> None:
    world.publish_members({**members(500, "wide"), **members(60, "core")}, "linkedin")
    world.night("linkedin")
    world.publish_members({**members(500, "wide"), **members(40, "core")}, "linkedin")
    verdict = judge(world, "linkedin")
    assert verdict.decision == "approve"
    assert verdict.reasons == ("audience 'core' loses 20 of 60 members, budget 20.0%",)
