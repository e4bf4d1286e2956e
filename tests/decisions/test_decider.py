"""The harness itself: it computes what dbt would, and nothing of one world is left in the next."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, World

INPUTS = ("int_accounts", "int_account_potential")


@pytest.fixture(scope="module")
def bands(make_decider: MakeDecider) -> Decider:
    return make_decider(["int_account_bands"], INPUTS)


def _world(**potentials: float) -> World:
    return {
        **policy_rows(load_policy(None), as_of=dt.date(2026, 3, 2)),
        "int_accounts": [{"account_id": name} for name in potentials],
        "int_account_potential": [
            {"account_id": name, "annual_potential": potential} for name, potential in potentials.items()
        ],
    }


def _bands(decider: Decider, world: World) -> dict[str, str]:
    return {row["account_id"]: row["value_band"] for row in decider.run(world)["int_account_bands"]}


def test_models_are_computed_over_the_rows_of_a_world(bands: Decider) -> None:
    assert _bands(bands, _world(a=2_000_000, b=1_999_999.99)) == {"a": "one_to_one", "b": "one_to_few"}


def test_nothing_of_one_world_is_left_in_the_next(bands: Decider) -> None:
    bands.run(_world(a=1, b=2))
    assert _bands(bands, _world(c=1)) == {"c": "one_to_many"}


def test_a_table_that_a_world_does_not_name_is_empty(bands: Decider) -> None:
    bands.run(_world(a=1))
    assert bands.run({}) == {"int_account_bands": []}
