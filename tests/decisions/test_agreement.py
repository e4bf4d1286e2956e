"""The SQL and the reference decide alike over random worlds; a failure names the world by its seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.reference import decide, propose
from tests.decisions.worlds import INPUTS, random_world, world_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, Row
    from tests.decisions.terms import Case, Decision
    from tests.decisions.worlds import RandomWorld

WORLDS = 1000
MODELS = ("int_style_proposals", "int_account_styles")


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


@pytest.mark.parametrize("first", range(0, WORLDS, 100))
def test_sql_and_reference_agree_on_random_worlds(decider: Decider, first: int) -> None:
    for seed in range(first, first + 100):
        assert not (told := list(differences(decider, random_world(seed)))), f"world {seed}: {told[:5]}"


def differences(decider: Decider, world: RandomWorld) -> Iterator[str]:
    """Tell in words where the SQL decides otherwise."""
    decided = decide(world.case)
    leases = leases_above(decided, world)
    rows = decider.run(world_rows(world) | {"int_style_leases": leases})
    leased = {row["account_id"]: row["style"] for row in leases}
    expected = {name: _told(decision, leased.get(name)) for name, decision in decided.items()}
    yield from _unequal(_by_account(rows["int_account_styles"], next(iter(expected.values()), {})), expected)
    yield from _unequal(_places(rows["int_style_proposals"]), _expected_places(world.case))


def leases_above(decided: Mapping[str, Decision], world: RandomWorld) -> list[Row]:
    """Lease the highest style to every seventh account that is below it for no person's word."""
    may = [
        name
        for name, decision in sorted(decided.items())
        if decision.base_style != "one_to_one" and not decision.reason_code.startswith(("excluded_", "override"))
    ]
    return [
        {
            "lease_id": f"lease {name}",
            "account_id": name,
            "style": "one_to_one",
            "trigger": "demo_request",
            "starts_on": world.case.as_of,
            "ends_on": world.case.as_of.replace(year=2027),
            "renewals": 0,
        }
        for name in may[world.seed % 7 :: 7]
    ]


def _told(decision: Decision, lease: str | None) -> Row:
    return {
        "value_band": decision.value_band,
        "wanted_style": decision.wanted_style,
        "proposed_style": decision.proposed_style or decision.base_style,
        "base_style": decision.base_style,
        "effective_style": lease or decision.base_style,
        "reason_code": "lease" if lease else decision.reason_code,
        "waitlist_style": decision.waits_for,
        "waitlist_rank": decision.wait_place,
    }


def _by_account(rows: Iterable[Row], columns: Iterable[str]) -> dict[str, Row]:
    wanted = list(columns)
    return {row["account_id"]: {column: row[column] for column in wanted} for row in rows}


def _places(rows: Iterable[Row]) -> dict[str, Any]:
    return {f"{row['account_id']} in {row['style']}": _place(**row) for row in rows}


def _place(*, place: int | None, is_seated: bool, has_prospect_seat: bool, **_: Any) -> tuple[int | None, bool, bool]:
    return place, is_seated, has_prospect_seat


def _expected_places(case: Case) -> dict[str, Any]:
    proposals = propose(case)
    passed = {f"{name} in {style}": (None, False, False) for name, style in proposals.passed_over}
    return passed | {
        f"{name} in {style}": (
            place,
            proposals.seated.get(name) == style,
            proposals.seated.get(name) == style and name in proposals.prospect_seats,
        )
        for style, pool in proposals.pools.items()
        for place, name in enumerate(pool, start=1)
    }


def _unequal(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(found.keys() | expected.keys()):
        if found.get(key) != expected.get(key):
            yield f"{key}: SQL {found.get(key)}, reference {expected.get(key)}"
