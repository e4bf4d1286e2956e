"""Leases over many nights: they start, are renewed once, end by themselves and never exceed the reserve."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.nights import INPUTS, MODELS, Nights, changed, day, reserves

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider

DAYS, COOL_DOWN = 30, 90
BANKS = {
    "name": "banks",
    "label": "Banks in spring",
    "rules": [{"attribute": "industry", "values": ["Banking", "insurance"]}, {"attribute": "employees", "from": 500}],
    "starts_on": day(5),
    "ends_on": day(45),
    "seats": 2,
}


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


def asking(decider: Decider, *account_ids: str, **parts: Any) -> Nights:
    """Accounts of which each asked for a demo on the first day."""
    run = Nights.under(decider, **parts)
    for account_id in account_ids:
        run.add(account_id)
        run.ask_for_a_demo(account_id, day(0))
    return run


def test_an_account_is_back_on_the_day_its_lease_ends(decider: Decider) -> None:
    run = asking(decider, "a")
    lease = run.leases(day(0))["a"]
    assert (lease["style"], lease["starts_on"], lease["ends_on"]) == ("one_to_few", day(0), day(DAYS))
    assert set(run.leases(day(DAYS - 1))) == {"a"}
    assert run.leases(day(DAYS)) == {}


def test_a_lease_is_renewed_once_while_the_account_qualifies_and_comes_again_after_the_cool_down(
    decider: Decider,
) -> None:
    run = asking(decider, "a")
    for number in range(10, 200, 10):
        run.ask_for_a_demo("a", day(number))
    run.leases(day(0))
    renewed = run.leases(day(DAYS))["a"]
    assert (renewed["renewals"], renewed["starts_on"], renewed["ends_on"]) == (1, day(0), day(2 * DAYS))
    assert set(run.leases(day(2 * DAYS - 1))) == {"a"}
    assert run.leases(day(2 * DAYS)) == {}
    assert run.leases(day(2 * DAYS + COOL_DOWN - 1)) == {}
    assert run.leases(day(2 * DAYS + COOL_DOWN))["a"]["renewals"] == 0


def test_a_night_that_comes_too_late_for_a_renewal_ends_the_lease(decider: Decider) -> None:
    run = asking(decider, "a")
    run.leases(day(0))
    run.ask_for_a_demo("a", day(2 * DAYS))
    assert run.leases(day(2 * DAYS)) == {}


def test_a_second_build_of_a_day_decides_as_the_first_did(decider: Decider) -> None:
    run = asking(decider, "a")
    first = run.leases(day(0))
    run.leases(day(DAYS - 1))
    ended = run.leases(day(DAYS))
    assert run.leases(day(DAYS)) == ended == {}
    assert asking(decider, "a").leases(day(0)) == first


def test_a_full_reserve_goes_by_urgency_then_score_then_name_and_the_rest_wait(decider: Decider) -> None:
    run = asking(decider, "b", "c", "d", "e", styles=reserves(one_to_few=3))
    run.accounts["d"]["account_score"] = 60
    run.accounts["e"]["account_score"] = None
    run.add("a", account_score=99)
    run.act("a", day(0), minutes=200, person="one")
    run.act("a", day(0), minutes=200, person="two")
    assert set(run.leases(day(0))) == {"b", "c", "d"}
    results = run.run(day(0))
    assert {row["account_id"]: row["reason_code"] for row in results["fct_lease_waitlist"]} == {
        "a": "reserve_full",
        "e": "reserve_full",
    }
    outcomes = {row["account_id"]: row["lease_outcome"] for row in results["fct_qualified_accounts"]}
    assert outcomes == {"a": "reserve_full", "b": "leased", "c": "leased", "d": "leased", "e": "reserve_full"}


def test_who_waits_gets_the_seat_that_is_free_again(decider: Decider) -> None:
    run = asking(decider, "a", "b", styles=reserves(one_to_few=1))
    assert set(run.leases(day(0))) == {"a"}
    for number in (13, 26):
        run.ask_for_a_demo("b", day(number))
        assert set(run.leases(day(number))) == {"a"}
    assert run.leases(day(DAYS))["b"]["starts_on"] == day(DAYS)


def test_a_smaller_reserve_ends_the_youngest_leases_early(decider: Decider) -> None:
    run = asking(decider, "b", "c", styles=reserves(one_to_few=3))
    run.leases(day(0))
    run.add("a", account_score=99)
    run.ask_for_a_demo("a", day(1))
    assert set(run.leases(day(1))) == {"a", "b", "c"}
    run.policy = changed(styles=reserves(one_to_few=1))
    assert set(run.leases(day(2))) == {"b"}
    assert run.waiting(day(2)) == {"a": "lost_seat", "c": "lost_seat"}
    run.policy = changed(styles=reserves(one_to_few=3))
    assert set(run.leases(day(3))) == {"b"}


def test_a_rejection_ends_the_lease_and_the_account_stays_away_for_the_cool_down(decider: Decider) -> None:
    run = asking(decider, "a")
    run.leases(day(0))
    run.answer("a", "rejected", day(2))
    assert run.run(day(3))["fct_style_leases"] == []
    for number in (4, 3 + COOL_DOWN - 1):
        run.ask_for_a_demo("a", day(number))
        assert run.leases(day(number)) == {}
    assert set(run.leases(day(3 + COOL_DOWN))) == {"a"}


@pytest.mark.parametrize(
    "change", [{"exclusion": "competitor"}, {"is_override_admitted": True}, {"base_style": "one_to_few"}]
)
def test_a_lease_ends_when_its_account_is_excluded_overridden_or_rises(
    decider: Decider, change: dict[str, Any]
) -> None:
    run = asking(decider, "a")
    run.leases(day(0))
    run.accounts["a"] |= change
    assert run.leases(day(1)) == {}
    run.accounts["a"] |= {"exclusion": None, "is_override_admitted": False, "base_style": "one_to_many"}
    assert run.leases(day(2)) == {}, "a lease that is over uses its qualification up"


def test_switching_a_style_off_ends_its_leases(decider: Decider) -> None:
    run = asking(decider, "a")
    run.leases(day(0))
    styles = reserves()
    styles["one_to_few"]["enabled"] = False
    run.policy = changed(styles=styles)
    assert run.leases(day(1)) == {}


def test_a_programme_lends_its_seats_to_who_matches_all_its_rules_from_its_first_to_its_last_day(
    decider: Decider,
) -> None:
    run = Nights.under(decider, programmes=[BANKS])
    run.add("bank", industry="banking", employees=500)
    run.add("insurer", industry="insurance", employees=9000, base_style="targeted_demand_gen")
    run.add("third", industry="banking", employees=501, account_score=1)
    run.add("small", industry="banking", employees=499)
    run.add("unsized", industry="banking")
    run.add("shop", industry="retail", employees=900)
    run.add("few", industry="banking", employees=900, base_style="one_to_few")
    assert run.leases(day(4)) == {}
    leases = run.leases(day(5))
    assert {name: row["trigger"] for name, row in leases.items()} == {
        "bank": "programme:banks",
        "insurer": "programme:banks",
    }
    assert run.waiting(day(5)) == {"third": "programme_full"}
    assert set(run.leases(day(44))) == {"bank", "insurer"}
    assert run.leases(day(45)) == {}


def test_a_programme_comes_before_qualified_accounts_and_after_leases_that_run(decider: Decider) -> None:
    run = asking(decider, "a", styles=reserves(one_to_few=2), programmes=[BANKS])
    run.leases(day(4))
    run.add("b")
    run.ask_for_a_demo("b", day(5))
    run.add("bank", industry="banking", employees=900, account_score=1)
    run.add("bank2", industry="banking", employees=900, account_score=0)
    assert set(run.leases(day(5))) == {"a", "bank"}
    assert run.waiting(day(5)) == {"b": "reserve_full", "bank2": "reserve_full"}


def test_a_programme_that_is_moved_or_dropped_takes_its_leases_along(decider: Decider) -> None:
    run = Nights.under(decider, programmes=[BANKS])
    run.add("bank", industry="banking", employees=900)
    run.leases(day(5))
    run.policy = changed(programmes=[BANKS | {"ends_on": day(60)}])
    assert run.leases(day(50))["bank"]["ends_on"] == day(60)
    run.policy = changed(programmes=[])
    assert run.leases(day(51)) == {}


def test_whom_a_full_programme_turns_away_may_still_be_leased_as_qualified(decider: Decider) -> None:
    run = asking(decider, "bank", styles=reserves(one_to_few=2), programmes=[BANKS | {"seats": 0}])
    run.accounts["bank"] |= {"industry": "banking", "employees": 900}
    assert run.leases(day(5))["bank"]["trigger"] == "demo_request"
    assert run.waiting(day(5)) == {}


def test_over_many_random_nights_every_lease_returns_and_none_exceeds_the_reserve(decider: Decider) -> None:
    rng = random.Random(11)  # noqa: S311 (a test draws, no key)
    run = Nights.under(decider, programmes=[BANKS], mqa={"cool_down_days": 10}, leases={"days": 7, "max_renewals": 1})
    for number in range(25):
        style = rng.choice(["one_to_few", "one_to_many", "one_to_many", "targeted_demand_gen"])
        run.add(f"{number:02d}", style, industry=rng.choice(["banking", "retail"]), employees=900, account_score=number)
    nights_at_once: Counter[str] = Counter()
    for number in range(60):
        for account_id in rng.sample(sorted(run.accounts), 4):
            run.ask_for_a_demo(account_id, day(number))
        if rng.random() < 0.3:
            run.answer(rng.choice(sorted(run.accounts)), rng.choice(["accepted", "rejected"]), day(number))
        reserve = {style: rng.choice([0, 1, 3]) for style in ("one_to_one", "one_to_few", "one_to_many")}
        run.policy = changed(
            styles=reserves(**reserve),
            programmes=[BANKS],
            mqa={"cool_down_days": 10},
            leases={"days": 7, "max_renewals": 1},
        )
        leases = run.leases(day(number))
        used = Counter(row["style"] for row in leases.values())
        assert all(used[style] <= reserve[style] for style in used)
        qualified = {name for name, row in leases.items() if row["trigger"] == "demo_request"}
        nights_at_once = Counter({name: nights_at_once[name] + 1 for name in qualified})
        assert max(nights_at_once.values(), default=0) <= 2 * 7
        assert all(row["starts_on"] <= day(number) < row["ends_on"] for row in leases.values())
