"""The order in which rows were loaded decides nothing: the same inputs give the same rows, bit for bit."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.decisions.published import INPUTS
from tests.decisions.test_seats import random_night
from tests.decisions.worlds import AS_OF, random_world, world_rows

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, World

MODELS = (
    "int_account_bands",
    "int_style_candidates",
    "int_style_proposals",
    "int_base_moves",
    "int_base_styles",
    "int_style_waitlist",
    "int_waitlist_points",
    "int_waitlist_marketers",
    "int_waitlist_potential",
    "int_style_leases",
    "int_account_styles",
    "fct_qualified_accounts",
    "fct_style_leases",
)


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


@pytest.mark.parametrize("seed", range(9000, 9025))
def test_rows_in_another_order_give_the_same_decisions(decider: Decider, seed: int) -> None:
    world = _world(seed)
    assert _digest(decider, world) == _digest(decider, _shuffled(world, seed))


def _world(seed: int) -> World:
    """A random world with ledgers and with demos asked for, so that there are leases as well."""
    rng = random.Random(seed)  # noqa: S311 (a test draws, no key)
    world = world_rows(random_world(seed))
    names = {row["account_id"] for row in world["int_accounts"]}
    acts = random_night(rng, AS_OF)["int_activities_daily"]
    return world | {"int_activities_daily": [row for row in acts if row["account_id"] in names]}


def _shuffled(world: World, seed: int) -> World:
    rng = random.Random(seed)  # noqa: S311 (a test draws, no key)
    return {table: rng.sample(rows, len(rows)) for table, rows in world.items()}


def _digest(decider: Decider, world: World) -> dict[str, list[str]]:
    rows = decider.run({table: rows for table, rows in world.items() if table != "int_style_leases"})
    return {model: sorted(map(str, rows[model])) for model in MODELS}
