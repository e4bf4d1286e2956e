"""A plan is sent only while the release that it was made from is live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm import activation
from abm.errors import ConfigurationError, Fault, HeldError
from abm.warehouse import connect

from .conftest import Killed

if TYPE_CHECKING:
    from .conftest import World

ACME, BOLT = {"companyName": "Acme"}, {"companyName": "Bolt"}


def reasons(world: World, run_id: str) -> set[tuple[str, str]]:
    with connect(world.url) as connection:
        rows = connection.execute("select outcome, reason_code from ops.sync_changes where run_id = %s", [run_id])
        return set(rows)


def test_plan_of_an_older_release_is_held_and_the_next_one_leaves_out_who_left(world: World) -> None:
    world.publish_members({"wide/a": ACME, "wide/b": BOLT})
    run_id = world.plan("linkedin").run_id
    world.publish_release("r2")
    world.publish_members({"wide/b": BOLT})

    with pytest.raises(HeldError, match=r"planned from release r1, and r2 is live now.*next plan is made from r2"):
        world.send(run_id)
    assert not world.platform.sent
    assert reasons(world, run_id) == {("held", "superseded")}
    assert activation.account(world.url, run_id).status == "held"

    world.night("linkedin")
    assert world.platform.held == {"wide/b": BOLT}


def test_failed_run_of_an_older_release_is_not_taken_up_again(world: World) -> None:
    world.platform.faults.append(("before", ConfigurationError(Fault("scope", "is missing", "Grant it"))))
    world.publish_members({"wide/a": ACME})
    run_id = world.plan("linkedin").run_id
    with pytest.raises(ConfigurationError):
        world.send(run_id)
    world.publish_release("r2")

    with pytest.raises(HeldError, match="r2 is live now"):
        world.send(run_id)
    assert not world.platform.sent
    assert reasons(world, run_id) == {("failed", "ConfigurationError")}


def test_run_that_was_killed_midway_stops_under_a_newer_release(world: World) -> None:
    world.platform.faults.extend([None, ("after", Killed())])
    world.publish_members({f"wide/{key}": ACME for key in "abcdefgh"})
    run_id = world.plan("linkedin").run_id
    with pytest.raises(Killed):
        world.send(run_id)
    world.publish_release("r2")
    world.publish_members({"wide/b": ACME})

    with pytest.raises(HeldError, match="r2 is live now"):
        world.send(run_id)
    assert reasons(world, run_id) == {("created", None), ("held", "superseded")}
    assert sorted(world.platform.held) == [f"wide/{key}" for key in "abcdef"]

    planned = world.night("linkedin")  # d, e and f were sent and not recorded: uncertain, so they are removed
    assert (planned.planned, planned.removed) == (5, 5)
    assert world.platform.held == {"wide/b": ACME}


def test_run_that_was_killed_after_its_last_row_ends_as_sent(world: World) -> None:
    world.publish_members({"wide/a": ACME})
    run_id = world.plan("linkedin").run_id
    world.send(run_id)
    world.publish_release("r2")
    assert world.send(run_id) == {"created": 1}
    assert activation.account(world.url, run_id, opening=world.open).status == "finished"
