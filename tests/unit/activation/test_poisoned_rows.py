"""A row for which the platform refuses a whole call holds up nobody but itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm.destinations.apart import MOST_SPLITS
from abm.errors import ConfigurationError, Fault, RetryableError
from abm.warehouse import connect

if TYPE_CHECKING:
    from .conftest import World

KEYS = [f"{number:03}" for number in range(40)]


def outcomes(world: World) -> dict[str, tuple[str, str | None]]:
    with connect(world.url) as connection:
        rows = connection.execute("select object_key, outcome, reason_code from ops.sync_changes").fetchall()
    return {key: (outcome, code) for key, outcome, code in rows}


def test_poisoned_row_is_refused_alone_and_all_others_arrive(world: World) -> None:
    world.platform.batch = 40
    world.platform.poison = {"007", "023"}
    world.publish_records(dict.fromkeys(KEYS, "one_to_one"))
    accounts = world.night()
    assert (accounts.created, accounts.refused) == (38, 2)
    assert outcomes(world)["007"] == ("refused", "JSON_PARSER_ERROR")
    assert sorted(world.platform.held) == [key for key in KEYS if key not in world.platform.poison]
    assert world.night().withheld == 2


def test_calls_are_bounded_where_every_row_is_poisoned(world: World) -> None:
    keys = [f"{number:04}" for number in range(1000)]
    world.platform.batch = 1000
    world.platform.poison = set(keys)
    world.publish_records(dict.fromkeys(keys, "one_to_one"))
    accounts = world.night()
    assert world.platform.calls <= 2 * MOST_SPLITS + 1
    assert accounts.refused > 0
    assert accounts.refused + accounts.failed == 1000  # those not found to be wrong come again


@pytest.mark.parametrize(
    "fault",
    [RetryableError("no answer", code="TIMEOUT"), ConfigurationError(Fault("token", "is revoked", "Make a new one"))],
)
def test_what_is_known_of_the_other_half_is_kept_when_an_answer_fails(world: World, fault: Exception) -> None:
    world.platform.batch = 4
    world.platform.poison = {"d"}
    world.platform.faults.extend([None, ("before", fault)])  # a+b arrive, c meets the fault
    world.publish_records(dict.fromkeys("abcd", "one_to_one"))
    accounts = world.night()
    assert (accounts.created, accounts.failed, accounts.refused) == (2, 1, 1)
    world.platform.poison = set()
    assert world.night().created == 1
