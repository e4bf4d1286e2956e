"""The SQL and the reference decide alike over random worlds; a failure names the seed of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.decisions.reference import decide, propose
from tests.decisions.terms import NONE
from tests.decisions.worlds import random_world, world_rows

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider
    from tests.decisions.worlds import RandomWorld

WORLDS = 1000
INPUTS = (
    "int_accounts",
    "int_account_potential",
    "int_account_scores",
    "int_account_revenue",
    "int_team_gates",
    "int_style_overrides",
)
MODELS = ("int_account_bands", "int_style_candidates", "int_style_proposals", "int_base_moves", "int_base_styles")


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


def differences(decider: Decider, world: RandomWorld) -> list[str]:
    """Tell in words where the SQL decides otherwise."""
    rows = decider.run(world_rows(world))
    decided, proposals = decide(world.case), propose(world.case)
    base = {row["account_id"]: row for row in rows["int_base_styles"]}
    bands = {row["account_id"]: row["value_band"] for row in rows["int_account_bands"]}
    told = []
    for name, decision in sorted(decided.items()):
        found = base.get(name, {})
        pairs = {
            "value_band": (bands[name], decision.value_band),
            "base_style": (found.get("base_style"), decision.base_style),
        }
        if decision.proposed_style is not None:
            pairs["proposed_style"] = (found.get("proposed_style") or NONE, decision.proposed_style)
        told += [
            f"{name} {what}: SQL {sql}, reference {wanted}" for what, (sql, wanted) in pairs.items() if sql != wanted
        ]
    places = {
        (row["account_id"], row["style"]): (row["place"], row["is_seated"], row["has_prospect_seat"])
        for row in rows["int_style_proposals"]
    }
    expected: dict[tuple[str, str], tuple[int | None, bool, bool]] = {
        (name, style): (
            place,
            proposals.seated.get(name) == style,
            proposals.seated.get(name) == style and name in proposals.prospect_seats,
        )
        for style, pool in proposals.pools.items()
        for place, name in enumerate(pool, start=1)
    }
    expected |= dict.fromkeys(proposals.passed_over, (None, False, False))
    told += [
        f"{key} in pool: SQL {places.get(key)}, reference {expected.get(key)}"
        for key in sorted(places.keys() | expected.keys())
        if places.get(key) != expected.get(key)
    ]
    return told


def test_sql_and_reference_agree_on_random_worlds(decider: Decider) -> None:
    for seed in range(WORLDS):
        assert not (told := differences(decider, random_world(seed))), f"world {seed}: {told[:5]}"
