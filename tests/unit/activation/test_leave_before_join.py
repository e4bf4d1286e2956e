"""Who moves to another audience leaves the former one first, over the whole run and across a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm.errors import RetryableError
from abm.warehouse import connect

from .conftest import Killed

if TYPE_CHECKING:
    from .conftest import World

ACME = {"companyName": "Acme"}
KEYS = "abcdefgh"  # with the platform's batches of three, moves do not fit one batch


@pytest.fixture
def moving(world: World) -> str:
    """A run in which all companies move from the audience that sorts last to the one that sorts first."""
    world.publish_members({f"wide/{key}": ACME for key in KEYS})
    world.night("linkedin")
    world.publish_members({f"core/{key}": ACME for key in KEYS})
    world.platform.sent.clear()
    return world.plan("linkedin").run_id


def operations(world: World) -> list[str]:
    return [change.operation for change in world.platform.sent]


def outcome(world: World, run_id: str, key: str) -> tuple[str, str | None] | None:
    with connect(world.url) as connection:
        return connection.execute(
            "select outcome, reason_code from ops.sync_changes where run_id = %s and object_key = %s", [run_id, key]
        ).fetchone()


def test_all_removals_of_a_run_go_first(world: World, moving: str) -> None:
    world.send(moving)
    assert operations(world) == ["remove"] * len(KEYS) + ["create"] * len(KEYS)
    assert sorted(world.platform.held) == [f"core/{key}" for key in KEYS]


@pytest.mark.parametrize("batches", range(6))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_run_goes_on_with_what_still_must_leave(world: World, moving: str, batches: int, when: str) -> None:
    world.platform.faults.extend([*[None] * batches, (when, Killed())])
    with pytest.raises(Killed):
        world.send(moving)
    world.send(moving)
    last_leave = max(n for n, operation in enumerate(operations(world)) if operation == "remove")
    assert "create" not in operations(world)[:last_leave]
    assert sorted(world.platform.held) == [f"core/{key}" for key in KEYS]


def test_removals_that_were_sent_and_not_recorded_are_uncertain(world: World, moving: str) -> None:
    world.platform.faults.append(("after", Killed()))
    with pytest.raises(Killed):
        world.send(moving)
    world.publish_members({f"wide/{key}": ACME for key in KEYS})  # back to where they were
    world.night("linkedin")
    assert sorted(world.platform.held) == [f"wide/{key}" for key in KEYS]


def test_who_could_not_leave_joins_in_a_later_run(world: World, moving: str) -> None:
    world.platform.fails = {"wide/b"}
    world.send(moving)
    assert outcome(world, moving, "core/b") == ("held", "LEAVE_BEFORE_JOIN")
    assert outcome(world, moving, "core/c") == ("created", None)
    assert {key for key in world.platform.held if key.endswith("/b")} == {"wide/b"}

    world.platform.fails = set()
    world.night("linkedin")
    assert sorted(world.platform.held) == [f"core/{key}" for key in KEYS]


def test_batch_that_got_no_answer_holds_back_its_companies_only(world: World, moving: str) -> None:
    world.platform.faults.append(("before", RetryableError("no answer", code="TIMEOUT")))
    assert world.send(moving) == {"created": 5, "failed": 3, "held": 3, "removed": 5}
