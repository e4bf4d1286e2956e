from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import psycopg
import pytest

from abm import release
from abm.errors import BusyError, HeldError
from abm.release import Movement

if TYPE_CHECKING:
    from .conftest import Nights

TOMORROW = dt.date(2026, 3, 3)


def accounts(count: int, style: str = "one_to_many") -> dict[str, str]:
    return {f"a{number:03}": style for number in range(count)}


def test_first_release_is_published_without_comparison(nights: Nights) -> None:
    nights.build("r1", accounts(100))
    comparison = release.compare(nights.url)
    assert (comparison.verdict, comparison.changes.is_first) == ("publish", True)
    assert "first release" in comparison.summary


def test_movers_are_counted_by_where_from_and_where_to(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", accounts(10))
    nights.build("r2", {**accounts(8), "a000": "one_to_one", "new": "one_to_few"}, TOMORROW)
    comparison = release.compare(nights.url)
    assert set(comparison.changes.movements) == {
        Movement("one_to_many", "one_to_one", 1),
        Movement("one_to_many", None, 2),
        Movement(None, "one_to_few", 1),
    }
    noted = warehouse.execute("select accounts, accounts_changed from ops.releases where release_id = 'r2'").fetchone()
    assert noted == (9, 1)


@pytest.mark.parametrize(("movers", "verdict"), [(15, "publish"), (16, "approve")])
def test_share_of_style_changes_past_the_budget_needs_a_person(nights: Nights, movers: int, verdict: str) -> None:
    nights.publish("r1", accounts(100))
    nights.build("r2", {**accounts(100), **accounts(movers, "one_to_few")}, TOMORROW)
    assert release.compare(nights.url).verdict == verdict


@pytest.mark.parametrize(("left", "verdict"), [(95, "publish"), (94, "approve")])
def test_lost_accounts_past_the_budget_need_a_person(nights: Nights, left: int, verdict: str) -> None:
    nights.publish("r1", accounts(100))
    nights.build("r2", accounts(left), TOMORROW)
    comparison = release.compare(nights.url)
    assert comparison.verdict == verdict
    assert ("are gone" in comparison.summary) == (verdict == "approve")


def test_small_numbers_have_no_shares(nights: Nights) -> None:
    nights.publish("r1", accounts(49))
    nights.build("r2", accounts(20, "one_to_one"), TOMORROW)
    assert release.compare(nights.url).verdict == "publish"


def test_empty_candidate_is_stopped(nights: Nights) -> None:
    nights.publish("r1", accounts(3))
    nights.build("r2", {}, TOMORROW)
    comparison = release.compare(nights.url)
    assert (comparison.verdict, comparison.changes.is_empty) == ("stop", True)


def test_candidate_of_an_earlier_build_is_not_compared(nights: Nights) -> None:
    nights.build("r1", accounts(3))
    release.start_build(nights.url, as_of=TOMORROW, release_id="r2", policy=nights.policy)
    with pytest.raises(HeldError, match="'r1', not 'r2'"):
        release.compare(nights.url)


def test_without_a_build_there_is_nothing_to_compare(warehouse_url: str) -> None:
    with pytest.raises(HeldError, match="No build was started"):
        release.compare(warehouse_url)


def test_starting_the_same_build_twice_starts_it_once(nights: Nights, warehouse: psycopg.Connection) -> None:
    first = release.start_build(nights.url, as_of=TOMORROW, release_id="r1", policy=nights.policy)
    assert release.start_build(nights.url, as_of=TOMORROW, release_id="r1", policy=nights.policy) == first
    assert warehouse.execute("select release_id, status from ops.releases").fetchall() == [("r1", "building")]
    context = warehouse.execute("select release_id, as_of_date, policy_version from ops.build_context").fetchall()
    assert context == [("r1", TOMORROW, first.policy_version)]


def test_published_release_is_never_built_again(nights: Nights) -> None:
    nights.publish("r1", accounts(3))
    with pytest.raises(HeldError, match="published already"):
        nights.build("r1", accounts(3))


def test_movers_are_named_highest_style_first_with_their_reason(nights: Nights) -> None:
    nights.publish("r1", accounts(30, "targeted_demand_gen"))
    moved = {**accounts(30, "one_to_many"), "a000": "one_to_few", "a009": "one_to_one"}
    nights.build("r2", moved, TOMORROW, is_review=True)
    comparison = release.compare(nights.url)

    assert comparison.is_review
    assert [(mover.account, mover.to_style) for mover in comparison.moves.movers[:3]] == [
        ("a009", "one_to_one"),
        ("Acme", "one_to_few"),
        ("a001", "one_to_many"),
    ]
    assert comparison.summary.startswith("A review of base styles.")
    assert "Acme: targeted_demand_gen to one_to_few. why" in comparison.summary
    assert "and 10 more" in comparison.summary
    assert len(comparison.summary.splitlines()) < 40  # what a page of Airflow shows


@pytest.mark.parametrize(
    ("is_review", "hold_reason", "heading"),
    [
        (False, "held_until_review", "Left for a review, which would move:"),
        (True, "minimum_stay", "Held back by the minimum stay or the cap on moves:"),
    ],
)
def test_moves_held_back_are_counted(
    nights: Nights, warehouse: psycopg.Connection, is_review: bool, hold_reason: str, heading: str
) -> None:
    nights.publish("r1", accounts(3))
    nights.build("r2", accounts(3), TOMORROW, is_review=is_review)
    warehouse.execute(
        "update candidate_marts.fct_account_styles set proposed_style = 'one_to_few', hold_reason = %s"
        " where account_id <> 'a002'",
        [hold_reason],
    )
    comparison = release.compare(nights.url)

    assert comparison.moves.movers == []
    assert comparison.summary.endswith(f"{heading}\n  2 from one_to_many to one_to_few")


def test_review_is_noted_with_build_and_release(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.build("r1", accounts(1), is_review=True)
    noted = "select release.is_review, context.is_review from ops.releases as release, ops.build_context as context"
    assert warehouse.execute(noted).fetchall() == [(True, True)]
    nights.build("r1", accounts(1))
    assert warehouse.execute(noted).fetchall() == [(False, False)]


def test_only_one_process_builds(nights: Nights) -> None:
    with release.lock_build(nights.url):
        with pytest.raises(BusyError, match="Another process builds"):
            nights.build("r1", accounts(1))
        with pytest.raises(BusyError, match="Another process builds"), release.lock_build(nights.url):
            pass
    nights.build("r1", accounts(1))


def test_parts_of_one_build_run_beside_each_other_and_no_other_build_does(nights: Nights) -> None:
    with release.share_build(nights.url), release.share_build(nights.url):
        with pytest.raises(BusyError, match="Another process builds"):
            nights.build("r1", accounts(1))
        with pytest.raises(BusyError, match="Another process builds"), release.lock_build(nights.url):
            pass
    with (
        release.lock_build(nights.url),
        pytest.raises(BusyError, match="Another process builds"),
        release.share_build(nights.url),
    ):
        pass
    nights.build("r1", accounts(1))
