"""Failed rows come again by themselves, ever later; what must leave is tried every night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from abm.errors import RetryableError
from abm.warehouse import connect

from .conftest import Killed

if TYPE_CHECKING:
    from .conftest import World

ACME, BOLT, CORE = ({"companyWebsiteDomain": f"{name}.example.com"} for name in ("acme", "bolt", "core"))


def nights_pass(world: World, nights: int = 1) -> None:
    with connect(world.url) as connection:
        connection.execute("update ops.sync_failures set failed_on = failed_on - %s::integer", [nights])


def failures(world: World) -> list[tuple[Any, ...]]:
    with connect(world.url) as connection:
        return connection.execute(
            "select object_key, attempts, next_attempt_on - failed_on, reason_code, reason from ops.sync_failures"
        ).fetchall()


def test_row_that_keeps_failing_comes_after_one_two_four_and_at_most_eight_nights(world: World) -> None:
    world.platform.fails = {"a"}
    world.publish_records({"a": "one_to_one", "b": "one_to_one"})
    tried = []
    for night in range(1, 32):
        if world.night().failed:
            tried.append(night)
        nights_pass(world)
    assert tried == [1, 2, 4, 8, 16, 24]
    assert failures(world) == [("a", 6, 8, "LOCKED", "the row is locked")]

    world.platform.fails = set()
    nights_pass(world, 8)
    assert world.night().created == 1
    assert failures(world) == []


def test_waiting_row_is_counted_and_comes_at_once_with_new_content(world: World) -> None:
    world.platform.fails = {"a"}
    world.publish_records({"a": "one_to_one", "b": "one_to_one"})
    world.night()
    world.night()
    waiting = world.night()
    assert (waiting.planned, waiting.withheld, waiting.unchanged) == (0, 1, 1)
    world.publish_records({"a": "one_to_few", "b": "one_to_one"})
    assert world.night().failed == 1
    assert failures(world) == [("a", 1, 0, "LOCKED", "the row is locked")]


def test_call_without_an_answer_is_no_failure_of_its_rows(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    for _ in range(4):
        world.platform.faults.append(("before", RetryableError("no answer", code="TIMEOUT")))
        assert world.night().failed == 1
    assert failures(world) == []
    assert world.night().created == 1


def test_run_sent_again_counts_as_one_attempt(world: World) -> None:
    world.platform.fails = {"a"}
    world.platform.batch = 1
    down = ("before", RetryableError("no answer", code="TIMEOUT"))
    world.publish_records(dict.fromkeys("abcdef", "one_to_one"))
    run_id = world.plan().run_id
    for _ in range(2):
        world.platform.faults.extend([None, down, down, down])
        with pytest.raises(RetryableError):
            world.send(run_id)
    assert failures(world) == [("a", 1, 0, "LOCKED", "the row is locked")]


def test_member_whose_removal_fails_is_tried_every_night(world: World) -> None:
    world.publish_members({"wide/1": ACME, "wide/2": BOLT})
    world.night("linkedin")
    world.publish_members({"wide/2": BOLT})
    world.platform.fails = {"wide/1"}
    for _ in range(3):
        accounts = world.night("linkedin")
        assert (accounts.planned, accounts.withheld, accounts.failed) == (1, 0, 1)
    world.platform.fails = set()
    assert world.night("linkedin").removed == 1


def test_refusals_keep_the_platforms_words(world: World) -> None:
    world.platform.refuses = {"a"}
    world.publish_records({"a": "one_to_one"})
    world.night()
    with connect(world.url) as connection:
        row = connection.execute("select reason_code, reason from ops.sync_refusals").fetchone()
    assert row == ("FIELD_INTEGRITY", "the platform's rule says no")


def test_who_may_not_leave_joins_nothing_else(world: World) -> None:
    world.publish_members({"wide/1": ACME, "wide/2": BOLT})
    world.night("linkedin")
    world.publish_members({"core/1": ACME, "wide/2": BOLT})
    world.platform.refuses = {"wide/1"}
    for _ in range(3):
        accounts = world.night("linkedin")
        assert (accounts.refused, accounts.held) == (1, 1)
    assert sorted(world.platform.held) == ["wide/1", "wide/2"]
    world.platform.refuses = set()
    world.night("linkedin")
    assert sorted(world.platform.held) == ["core/1", "wide/2"]


@pytest.mark.parametrize("when", ["killed", "failed"])
def test_identifiers_that_may_have_arrived_leave_with_the_member(world: World, when: str) -> None:
    world.publish_members({"wide/1": ACME, "wide/2": BOLT})
    world.night("linkedin")
    for identifiers in (CORE, BOLT):
        world.publish_members({"wide/1": identifiers, "wide/2": BOLT})
        run_id = world.plan("linkedin").run_id
        error = Killed() if when == "killed" else RetryableError("no answer", code="TIMEOUT")
        world.platform.faults.append(("after", error))
        if when == "killed":
            with pytest.raises(Killed):
                world.send(run_id)
        else:
            world.send(run_id)
    world.publish_members({"wide/2": BOLT})
    world.night("linkedin")
    removal = next(change for change in world.platform.sent if change.operation == "remove")
    assert removal.acknowledged == ACME
    assert list(removal.doubtful) == [CORE, BOLT]


def test_former_identifiers_of_a_refused_update_are_sent_again(world: World) -> None:
    world.publish_members({"wide/1": ACME})
    world.night("linkedin")
    world.platform.refuses = {"wide/1"}
    world.publish_members({"wide/1": CORE})
    assert world.night("linkedin").refused == 1
    assert world.night("linkedin").withheld == 1
    world.platform.refuses = set()
    world.publish_members({"wide/1": ACME})  # as acknowledged, but it may have left on the way to the refusal
    assert world.night("linkedin").updated == 1


def test_each_state_of_a_row_can_be_read(world: World) -> None:
    world.platform.refuses, world.platform.fails = {"b"}, {"c"}
    world.platform.batch = 2
    world.platform.faults.extend([None, None, ("before", Killed())])
    world.publish_records(dict.fromkeys("abcdefgh", "one_to_one"))
    with pytest.raises(Killed):
        world.send(world.plan().run_id)
    with connect(world.url) as connection:
        rows = connection.execute("select object_key, state from ops.sync_row_states").fetchall()
    states = dict(rows)
    assert [states[key] for key in "abcd"] == ["acknowledged", "refused", "failed", "acknowledged"]
    assert (states["e"], states["h"]) == ("sent", "planned")
