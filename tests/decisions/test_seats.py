"""Seats are never exceeded, by no path: lease, override, review, rerun, or a policy that takes seats away."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.decisions.published import INPUTS, MODELS, PublishedNights
from tests.decisions.worlds import case_rows, random_policy, random_world, rules_of

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, Row, World

    from abm.policy.schema import Policy

ACCOUNTS, NIGHTS = 24, 5
paths: Counter[str] = Counter()  # reason codes seen, to know that every path was walked


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_no_path_exceeds_the_seats(decider: Decider, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 (a test draws, no key)
    nights, day = PublishedNights(decider), dt.date(2026, 1, 5)
    for _ in range(NIGHTS):
        policy, world = random_policy(rng, ACCOUNTS), random_night(rng, day)
        is_review = rng.random() < 0.4
        styles = nights.night(world, policy, day, is_review=is_review)
        assert_within_seats(styles, policy)
        if rng.random() < 0.4:
            assert nights.night(world, policy, day, is_review=is_review) == styles, "a rerun decides otherwise"
        paths.update(row["reason_code"] for row in styles.values())
        day += dt.timedelta(days=rng.choice([1, 1, 7, 31]))


def test_every_path_was_walked() -> None:
    walked = {
        "lease",
        "override",
        "override_waits",
        "seat_withdrawn",
        "held_until_review",
        "moves_capped",
        "waitlisted",
    }
    assert walked <= paths.keys()


def random_night(rng: random.Random, day: dt.date) -> World:
    """Return what the sources tell on a day, without any ledger: those are the nights' own."""
    case = random_world(rng.randrange(2**32), ACCOUNTS).case
    told = {table: rows for table, rows in case_rows(case).items() if not table.endswith("_ledger")}
    names = [account.account_id for account in case.accounts]
    asked = [name for name in names if rng.random() < 0.5]
    return told | {
        "int_people": [{"person_id": f"p/{name}", "account_id": name, "seniority": "vp"} for name in names],
        "int_activities_daily": [
            {
                "account_id": name,
                "person_id": f"p/{name}",
                "activity_type": "demo_request",
                "activity_date": day,
                "activities": 1,
                "minutes": 15,
            }
            for name in asked
        ],
    }


def assert_within_seats(styles: dict[str, Row], policy: Policy) -> None:
    leased = Counter(row["effective_style"] for row in styles.values() if row["reason_code"] == "lease")
    base = Counter(row["base_style"] for row in styles.values())
    effective = Counter(row["effective_style"] for row in styles.values())
    for style in rules_of(policy).styles:
        assert style.base_seats is None or base[style.name] <= style.base_seats, style
        assert leased[style.name] <= style.lease_seats, style
        assert style.seats is None or effective[style.name] <= (style.seats if style.is_enabled else 0), style
