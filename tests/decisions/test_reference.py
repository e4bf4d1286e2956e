"""The reference on its own: what the rulebook promises, and the bands' edges by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decisions.reference import decide, standing, value_band
from tests.decisions.terms import NONE
from tests.decisions.worlds import RandomWorld, random_world, rules_of

from abm.policy.load import load_policy

worlds = st.integers(0, 2**32).map(random_world)
every_world = settings(max_examples=150, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("potential", "band"),
    [
        ("249999.99", "one_to_many"),
        ("250000", "one_to_few"),
        ("1999999.99", "one_to_few"),
        ("2000000", "one_to_one"),
        ("0", "one_to_many"),
    ],
)
def test_bands_include_their_lower_edge(potential: str, band: str) -> None:
    assert value_band(rules_of(load_policy(None)), Decimal(potential)) == band


def test_unknown_potential_is_a_band_of_its_own() -> None:
    assert value_band(rules_of(load_policy(None)), None) == "unknown"


@given(worlds)
@every_world
def test_base_styles_never_exceed_the_seats_without_the_reserve(world: RandomWorld) -> None:
    decided = decide(world.case)
    for style in world.case.rules.styles:
        used = sum(decision.base_style == style.name for decision in decided.values())
        assert style.base_seats is None or used <= style.base_seats


@given(worlds)
@every_world
def test_between_reviews_held_accounts_stay_or_have_lost_their_seat(world: RandomWorld) -> None:
    decided = decide(replace(world.case, is_review=False))
    for account in world.case.accounts:
        held = standing(account, world.case.as_of, world.case.rules.minimum_stay_days)
        decision = decided[account.account_id]
        decided_by_person = decision.reason_code in {"override", "override_waits"}
        if held.name == "held" and account.exclusion is None and not decided_by_person:
            assert decision.base_style == held.held_style or decision.reason_code == "seat_withdrawn"


@given(worlds)
@every_world
def test_a_review_moves_no_more_than_its_cap(world: RandomWorld) -> None:
    rules, decided = world.case.rules, decide(world.case)
    competing = [
        (standing(account, world.case.as_of, world.case.rules.minimum_stay_days), decided[account.account_id])
        for account in world.case.accounts
        if not decided[account.account_id].reason_code.startswith(("excluded_", "override"))
    ]
    held = [(stood, decision) for stood, decision in competing if stood.name == "held"]
    moved = [d for stood, d in held if d.base_style != stood.held_style and d.reason_code != "seat_withdrawn"]
    waiting = sum(account.override is not None for account in world.case.accounts)
    cap = max(rules.max_moves_minimum, int(rules.max_moves_share * (len(held) + waiting)))
    assert len(moved) <= cap


@given(worlds)
@every_world
def test_who_waits_is_ahead_of_nobody_who_came_without_a_style(world: RandomWorld) -> None:
    """Of two accounts that are alike in all but score, the better one is never the one that waits."""
    decided = decide(replace(world.case, is_review=True))
    accounts = {account.account_id: account for account in world.case.accounts}
    for waiting in (a for a in decided if decided[a].waits_for is not None):
        loser = accounts[waiting]
        for name, decision in decided.items():
            winner = accounts[name]
            is_plain = winner.past == loser.past == () and decision.reason_code == "band_and_seat"
            alike = winner.is_customer == loser.is_customer and decision.base_style == decided[waiting].waits_for
            if is_plain and alike:
                assert (winner.score if winner.score is not None else -1) >= (
                    loser.score if loser.score is not None else -1
                )


@given(worlds)
@every_world
def test_the_order_of_accounts_decides_nothing(world: RandomWorld) -> None:
    shuffled = list(world.case.accounts)
    shuffled.reverse()
    assert decide(replace(world.case, accounts=tuple(shuffled))) == decide(world.case)


@given(worlds)
@every_world
def test_excluded_accounts_have_no_style_whatever_a_person_says(world: RandomWorld) -> None:
    decided = decide(world.case)
    excluded = [account for account in world.case.accounts if account.exclusion]
    assert all(decided[account.account_id].base_style == NONE for account in excluded)
