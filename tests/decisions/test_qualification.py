"""What qualifies an account, from when to when, and what sales says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.nights import INPUTS, MODELS, Nights, changed, day

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider

DEPTH = "depth_and_breadth"
COOL_DOWN = 90
THRESHOLDS = {
    "one_to_many": [
        {"employees_below": 1000, "minutes": 60, "people": 2},
        {"employees_from": 1000, "minutes": 90, "people": 3},
    ]
}


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


def met_by(decider: Decider, minutes: list[float], **traits: Any) -> bool:
    """Whether as many people as there are minutes qualify a 1:Many account on the day itself."""
    run = Nights.under(decider, mqa={"thresholds": THRESHOLDS})
    run.add("a", **traits)
    for number, spent in enumerate(minutes):
        run.act("a", day(0), minutes=spent, person=f"person {number}")
    return ("a", DEPTH) in run.qualified(day(0))


@pytest.mark.parametrize(
    ("minutes", "employees", "is_met"),
    [
        ([30, 30], 999, True),
        ([30, 29.9], 999, False),
        ([60], 999, False),
        ([30, 30], None, True),
        ([45, 45], 1000, False),
        ([30, 30, 30], 1000, True),
        ([30, 30, 29.9], 1000, False),
    ],
)
def test_depth_and_breadth_are_asked_for_by_size(
    decider: Decider, minutes: list[float], employees: int | None, is_met: bool
) -> None:
    assert met_by(decider, minutes, employees=employees) is is_met


def test_a_style_without_thresholds_qualifies_by_triggers_alone(decider: Decider) -> None:
    assert not met_by(decider, [500, 500, 500], base_style="one_to_one")


def test_anonymous_minutes_add_depth_at_the_weight_of_others_and_no_breadth(decider: Decider) -> None:
    run = Nights.under(decider, mqa={"thresholds": THRESHOLDS})
    run.add("a")
    run.act("a", day(0), minutes=15, person="one")
    run.act("a", day(0), minutes=15, person="two")
    run.act("a", day(0), minutes=59, person=None)
    assert run.qualified(day(0)) == {}
    run.act("a", day(0), minutes=1, person=None)
    row = run.qualified(day(0))["a", DEPTH]
    assert (row["minutes"], row["people"]) == (60, 2)


def test_the_window_ends_on_the_night_itself_and_counts_that_many_days(decider: Decider) -> None:
    for number, is_met in ((0, True), (9, True), (10, False)):  # triggers look back for 14 days
        run = Nights.under(decider, mqa={"thresholds": THRESHOLDS, "window_days": 10})
        run.add("a")
        for person in ("one", "two"):
            run.act("a", day(0), minutes=30, person=person)
        assert bool(run.qualified(day(number))) is is_met
    run = Nights.under(decider)
    run.add("a")
    run.act("a", day(1), minutes=900, person="one")
    assert run.qualified(day(0)) == {}, "a meeting of tomorrow"


@pytest.mark.parametrize(
    ("people", "is_met"), [(["one", "two"], True), (["one", "one"], False), (["one", None], False), (["one"], False)]
)
def test_two_buyers_at_the_prices_qualify_and_one_buyer_twice_does_not(
    decider: Decider, people: list[str | None], is_met: bool
) -> None:
    run = Nights.under(decider)
    run.add("a")
    for person in people:
        run.act("a", day(0), kind="pricing_visit", person=person)
    assert (("a", "pricing_visit") in run.qualified(day(0))) is is_met


def test_a_trigger_without_people_counts_anonymous_visits_in_its_window(decider: Decider) -> None:
    trigger = {"name": "prices", "label": "Prices", "activity": "pricing_visit", "activities": 3, "window_days": 7}
    run = Nights.under(decider, mqa={"triggers": [trigger]})
    run.add("a")
    for number in (0, 1):
        run.act("a", day(number), kind="pricing_visit", person=None)
    assert run.qualified(day(6)) == {}
    run.act("a", day(6), kind="pricing_visit", person=None)
    assert set(run.qualified(day(6))) == {("a", "prices")}
    assert run.qualified(day(7))["a", "prices"]["lease_outcome"] == "leased"
    assert not run.qualified(day(7))["a", "prices"]["is_met"], "the first visit is out of the window"


@pytest.mark.parametrize(
    ("traits", "policy", "is_excluded"),
    [
        ({"exclusion": "competitor"}, {}, True),
        ({"is_customer": True}, {"exclude_customers": True}, True),
        ({"is_customer": True}, {"exclude_customers": False}, False),
    ],
)
def test_suppressed_accounts_never_qualify_and_customers_by_policy(
    decider: Decider, traits: dict[str, Any], policy: dict[str, Any], is_excluded: bool
) -> None:
    run = Nights.under(decider, mqa=policy)
    run.add("a", **traits)
    run.ask_for_a_demo("a", day(0))
    assert (run.qualified(day(0)) == {}) is is_excluded


@pytest.mark.parametrize(
    ("created", "is_closed", "is_excluded"),
    [(0, False, True), (1, False, False), (0, True, False), (None, False, True)],
)
def test_an_opportunity_open_today_excludes(
    decider: Decider, created: int | None, is_closed: bool, is_excluded: bool
) -> None:
    run = Nights.under(decider)
    run.add("a")
    run.ask_for_a_demo("a", day(0))
    opened = None if created is None else day(created)
    run.opportunities = [{"account_id": "a", "is_closed": is_closed, "created_date": opened}]
    assert (run.qualified(day(0)) == {}) is is_excluded
    run.policy = changed(mqa={"exclude_open_opportunities": False})
    assert run.qualified(day(0)) != {}


def test_a_qualification_keeps_its_day_while_it_stands_and_comes_again_after_the_cool_down(decider: Decider) -> None:
    run = Nights.under(decider)
    run.add("a", "one_to_one")
    run.ask_for_a_demo("a", day(0))
    run.qualified(day(0))
    assert run.qualified(day(13))["a", "demo_request"]["qualified_on"] == day(0)
    assert run.qualified(day(14)) == {}
    for number in (15, 14 + COOL_DOWN - 1):
        run.ask_for_a_demo("a", day(number))
        assert run.qualified(day(number)) == {}
    assert run.qualified(day(14 + COOL_DOWN))["a", "demo_request"]["qualified_on"] == day(14 + COOL_DOWN)


def test_the_cool_down_holds_for_the_account_and_not_only_for_the_rule(decider: Decider) -> None:
    run = Nights.under(decider)
    run.add("a", "one_to_one")
    run.ask_for_a_demo("a", day(0))
    run.qualified(day(0))
    for person in ("one", "two"):
        run.act("a", day(13), kind="pricing_visit", person=person)
    assert set(run.qualified(day(13))) == {("a", "demo_request"), ("a", "pricing_visit")}
    assert set(run.qualified(day(14))) == {("a", "pricing_visit")}
    run.ask_for_a_demo("a", day(20))
    assert set(run.qualified(day(20))) == {("a", "pricing_visit")}


def test_an_acceptance_stays_with_its_qualification(decider: Decider) -> None:
    run = Nights.under(decider)
    run.add("a")
    run.ask_for_a_demo("a", day(0))
    run.qualified(day(0))
    run.answer("a", "accepted", day(0))
    assert run.qualified(day(1))["a", "demo_request"]["sales_answer"] == "accepted"
    run.answer("a", None, None)
    row = run.qualified(day(2))["a", "demo_request"]
    assert (row["sales_answer"], row["qualified_on"]) == ("accepted", day(0))


def test_a_rejection_is_told_on_one_night_only(decider: Decider) -> None:
    run = Nights.under(decider)
    run.add("a")
    run.ask_for_a_demo("a", day(0))
    run.qualified(day(0))
    run.answer("a", "rejected", day(1))
    assert run.qualified(day(1))["a", "demo_request"]["lease_outcome"] == "rejected"
    assert run.qualified(day(1))["a", "demo_request"]["sales_answer"] == "rejected", "and again in a second build"
    assert run.qualified(day(2)) == {}


@pytest.mark.parametrize("answered", [None, day(-1), day(3)])
def test_an_answer_without_a_day_from_before_or_of_tomorrow_is_not_to_this_qualification(
    decider: Decider, answered: Any
) -> None:
    run = Nights.under(decider)
    run.add("a")
    run.ask_for_a_demo("a", day(0))
    run.qualified(day(0))
    run.answer("a", "rejected", answered)
    assert run.qualified(day(2))["a", "demo_request"]["sales_answer"] is None


def test_sales_can_answer_while_the_lease_runs_though_the_activity_has_faded(decider: Decider) -> None:
    run = Nights.under(decider)
    run.add("a")
    run.ask_for_a_demo("a", day(0))
    run.qualified(day(0))
    assert not run.qualified(day(20))["a", "demo_request"]["is_met"]
    run.answer("a", "rejected", day(21))
    assert run.run(day(21))["fct_style_leases"] == []


def test_precision_is_counted_per_rule_over_all_nights(decider: Decider) -> None:
    run = Nights.under(decider)
    for name, answer in (("a", "accepted"), ("b", "accepted"), ("c", "rejected"), ("d", None)):
        run.add(name, "one_to_one")
        run.ask_for_a_demo(name, day(0))
        run.qualified(day(0))
        run.answer(name, answer, day(2))
    run.run(day(2))
    run.accounts["a"]["mqa_answer"] = None
    rules = {row["rule"]: row for row in run.run(day(60))["fct_qualification_precision"]}
    row = rules["demo_request"]
    assert [row[name] for name in ("fired", "accepted", "rejected", "unanswered")] == [4, 2, 1, 1]
    assert round(float(row["precision"]), 4) == 0.6667
    assert (rules["pricing_visit"]["fired"], rules["pricing_visit"]["precision"]) == (0, None)


def test_an_answer_after_the_end_still_counts_for_precision(decider: Decider) -> None:
    run = Nights.under(decider)
    run.add("a", "one_to_one")
    run.ask_for_a_demo("a", day(0))
    run.run(day(0))
    run.run(day(14))
    run.answer("a", "accepted", day(15))
    rules = {row["rule"]: row["accepted"] for row in run.run(day(16))["fct_qualification_precision"]}
    assert rules["demo_request"] == 1
