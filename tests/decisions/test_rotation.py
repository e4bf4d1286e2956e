"""Waves through 1:Many: fixed while they run, fair between segments, and in time everybody is served."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.nights import INPUTS, MODELS, Nights, changed, day

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider

ROTATION = {"enabled": True, "wave_size": 4, "wave_days": 10, "cool_down_days": 20}


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


def listed(decider: Decider, rotation: dict[str, Any], **segments: int) -> Nights:
    """As many 1:Many accounts of each segment, named by it, the first with the best score."""
    run = Nights.under(decider, rotation=ROTATION | rotation)
    for segment, count in segments.items():
        for number in range(count):
            run.add(f"{segment}{number:02d}", industry=segment, account_score=90 - number)
    return run


def test_without_rotation_there_is_no_wave(decider: Decider) -> None:
    assert listed(decider, {"enabled": False}, bank=3).wave(day(0)) == set()


def test_only_accounts_treated_as_one_to_many_are_in_a_wave(decider: Decider) -> None:
    run = listed(decider, {"wave_size": 9}, bank=2)
    run.add("few", "one_to_few")
    run.ask_for_a_demo("bank00", day(0))
    assert run.wave(day(0)) == {"bank01"}, "the other is leased to 1:Few"


def test_a_wave_is_fixed_to_its_end_and_who_leaves_is_not_replaced(decider: Decider) -> None:
    run = listed(decider, {}, bank=9)
    first = run.wave(day(0))
    assert first == {"bank00", "bank01", "bank02", "bank03"}
    run.accounts["bank08"]["account_score"] = 99
    del run.accounts["bank01"]
    assert run.wave(day(9)) == first - {"bank01"}
    assert run.wave(day(10)) == {"bank08", "bank04", "bank05", "bank06"}


def test_who_was_never_served_comes_first_then_who_waited_longest(decider: Decider) -> None:
    run = listed(decider, {"cool_down_days": 0}, bank=10)
    first, second = run.wave(day(0)), run.wave(day(10))
    third = run.wave(day(20))
    assert not first & second
    assert third > set(run.accounts) - first - second
    assert third & second == set()


def test_a_segment_gets_its_part_of_every_wave(decider: Decider) -> None:
    run = listed(decider, {"wave_size": 6}, bank=20, shop=10)
    wave = run.wave(day(0))
    assert Counter(name[:4] for name in wave) == {"bank": 4, "shop": 2}


def test_qualified_accounts_come_first(decider: Decider) -> None:
    run = listed(decider, {"wave_size": 1}, bank=3)
    run.policy = changed(rotation=ROTATION | {"wave_size": 1}, leases={"targets": {}})
    run.ask_for_a_demo("bank02", day(0))
    assert run.wave(day(0)) == {"bank02"}


def test_an_account_comes_again_when_its_cool_down_is_over(decider: Decider) -> None:
    run = listed(decider, {}, bank=4)
    assert len(run.wave(day(0))) == 4
    assert run.wave(day(10)) == run.wave(day(29)) == set()
    assert len(run.wave(day(30))) == 4


def test_a_lease_to_one_to_many_joins_the_wave_that_runs(decider: Decider) -> None:
    run = listed(decider, {}, bank=4)
    first = run.wave(day(0))
    run.add("late", "targeted_demand_gen")
    run.ask_for_a_demo("late", day(1))
    assert run.wave(day(1)) == first | {"late"}


def test_a_new_wave_length_is_for_the_next_wave(decider: Decider) -> None:
    run = listed(decider, {}, bank=8)
    first = run.wave(day(0))
    run.policy = changed(rotation=ROTATION | {"wave_days": 5})
    assert run.wave(day(9)) == first
    assert {row["ends_on"] for row in run.run(day(10))["fct_rotation_waves"]} == {day(15)}


def test_a_second_build_of_a_day_gives_the_same_wave(decider: Decider) -> None:
    run = listed(decider, {}, bank=9)
    run.wave(day(0))
    assert run.wave(day(10)) == run.wave(day(10))


def test_in_a_quarter_everybody_is_served_and_no_segment_falls_behind(decider: Decider) -> None:
    rng = random.Random(5)  # noqa: S311 (a test draws, no key)
    sizes = {"bank": 17, "shop": 9, "mine": 1, "farm": 5}
    run = listed(decider, {"wave_size": 6, "wave_days": 10, "cool_down_days": 15}, **sizes)
    served: set[str] = set()
    for number in range(0, 60, 2):
        for account_id in rng.sample(sorted(run.accounts), 2):
            run.accounts[account_id]["account_score"] = rng.randint(0, 100)
        served |= run.wave(day(number))
        if number == 28:
            early = {row["segment"]: float(row["served_share"]) for row in coverage(run, number)}
            assert max(early[name] - early["bank"] for name in ("shop", "farm")) <= 1 / sizes["farm"]
    assert served == set(run.accounts)
    by_quarter = Counter[str]()
    for row in coverage(run, 58):
        by_quarter[row["segment"]] += row["served"]
    assert all(by_quarter[segment] >= size for segment, size in sizes.items())


def coverage(run: Nights, number: int) -> list[dict[str, Any]]:
    return run.run(day(number))["fct_rotation_coverage"]
