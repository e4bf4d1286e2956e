"""Batches on their way together: as many as the destination takes, in an order that keeps what must go first."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from abm.activation.flight import Flight
from abm.destinations import Change
from abm.destinations.flights import batches_in_flight
from abm.errors import ConfigurationError, Fault, RetryableError
from abm.settings import Connection
from abm.warehouse import connect

from .conftest import Killed, Platform, World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abm.destinations import Result

FLYING = 3
SECONDS = 20  # until a test that waits for another thread gives up
ACME = {"companyName": "Acme"}
KEYS = "abcdefghijkl"  # four batches of three


@dataclass
class Busy(Platform):
    """A platform that answers only when as many requests have come as may fly, and counts how many did."""

    batches_in_flight: int = FLYING
    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(FLYING))
    flying: int = 0
    most: int = 0
    alone: list[str] = field(default_factory=list)

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        self.flying += 1
        self.most = max(self.most, self.flying)
        self.alone += [change.object_key for change in changes if change.acknowledged and self.flying == 1]
        if self.together.parties > 1:
            self.together.wait(SECONDS)
        results = super().send(changes)
        self.flying -= 1
        return results


@pytest.fixture
def busy(world: World) -> Busy:
    world.platform = Busy(batch=1)
    return world.platform


def test_as_many_batches_fly_as_the_destination_takes(world: World, busy: Busy) -> None:
    world.publish_records(dict.fromkeys("abcdef", "one_to_one"))
    assert world.night().created == 6
    assert busy.most == FLYING


def test_nobody_joins_while_someone_leaves(world: World, busy: Busy) -> None:
    world.publish_members({f"wide/{key}": ACME for key in "abcdef"})
    world.night("linkedin")
    world.publish_members({f"core/{key}": ACME for key in "abcdef"})
    busy.sent.clear()
    world.night("linkedin")
    assert [change.operation for change in busy.sent] == ["remove"] * 6 + ["create"] * 6


def test_members_that_make_room_for_others_have_nothing_beside_them(world: World, busy: Busy) -> None:
    busy.together = threading.Barrier(1)
    world.publish_members({f"wide/{key}": ACME for key in "abcd"})
    world.night("linkedin")
    world.publish_members({f"wide/{key}": {"companyName": "Other"} for key in "abcd"})
    busy.alone.clear()
    world.night("linkedin")
    assert busy.alone == [f"wide/{key}" for key in "abcd"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("batches", range(4))
def test_every_batch_on_its_way_at_a_crash_is_uncertain(world: World, batches: int, when: str) -> None:
    world.platform.batches_in_flight = FLYING
    world.publish_records(dict.fromkeys(KEYS, "one_to_one"))
    run = world.plan().run_id
    world.platform.faults.extend([*[None] * batches, (when, Killed())])
    with pytest.raises(Killed):
        world.send(run)
    world.platform.faults.clear()
    sent = {change.object_key for change in world.platform.sent}
    with connect(world.url) as connection:
        found = connection.execute(
            "select object_key, state from ops.sync_row_states where run_id = %s", [run]
        ).fetchall()
    assert not {key for key, state in found if state == "planned"} & sent

    world.publish_records({})  # who may have arrived leaves, though nothing was acknowledged
    world.publish_records({"z": "one_to_one"})
    world.night()
    assert sorted(world.platform.held) == ["z"]


def test_a_platform_that_is_down_gets_no_further_batches(world: World) -> None:
    world.platform.batches_in_flight = FLYING
    world.platform.batch = 1
    down = RetryableError("no answer", code="UNREACHABLE")
    world.platform.faults.extend([("before", down)] * 3)
    world.publish_records(dict.fromkeys(KEYS, "one_to_one"))
    run = world.plan().run_id
    with pytest.raises(RetryableError, match="did not answer 3 times in a row"):
        world.send(run)
    assert len(world.platform.sent) <= FLYING  # what was on its way when the third failed
    world.send(run)
    assert sorted(world.platform.held) == list(KEYS)


def test_what_flies_beside_a_fault_for_a_person_is_recorded(world: World, busy: Busy) -> None:
    busy.faults.append(("before", ConfigurationError(Fault("field", "is missing", "Create it"))))
    world.publish_records(dict.fromkeys("abc", "one_to_one"))
    run = world.plan().run_id
    with pytest.raises(ConfigurationError, match="is missing"):
        world.send(run)
    with connect(world.url) as connection:
        outcomes = connection.execute("select outcome from ops.sync_changes where run_id = %s", [run]).fetchall()
    assert sorted(outcomes) == [("created",), ("created",), ("failed",)]


def test_batches_come_back_in_their_order() -> None:
    released = [threading.Event() for _ in range(3)]

    def send(batch: Any) -> Any:
        assert released[batch[0]].wait(SECONDS)
        return batch

    def batches() -> Iterator[Any]:
        yield from ([0], [1], [2])

    released[2].set()
    released[1].set()
    released[0].set()
    flight = Flight(batches(), send, most=3, goes_alone=lambda _batch: False)
    assert [answer.result() for _, answer in flight.batches()] == [[0], [1], [2]]


@pytest.mark.parametrize("given", ["0", "17", "many", None])
def test_a_number_of_flights_that_cannot_be_is_told(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="abm_x: batches_in_flight is not 1 to 16"):
        batches_in_flight(Connection("abm_x", extra={"batches_in_flight": given}), 4)


def test_the_connection_says_how_many_fly() -> None:
    assert batches_in_flight(Connection("abm_x"), 4) == 4
    assert batches_in_flight(Connection("abm_x", extra={"batches_in_flight": "2"}), 4) == 2
