"""A reason's sign agrees with what it names: a minus names something weak, a plus something strong."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.policy.versions import policy_document

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, Row, World

INPUTS = ("int_accounts", "int_account_potential", "int_account_revenue", "int_people", "int_activities_daily")
AS_OF = dt.date(2026, 3, 2)
LONG_AGO = dt.date(2020, 3, 2)
# What speaks against an account, in the words of the reasons. A comma parts what a reason names.
WEAK = re.compile(r"\b(only|under|no|not|unknown|less than|lost|nothing)\b")
PARTLY = re.compile(r"\bin part\b")
AMOUNTS = (None, 1, 9_000, 60_000, 400_000, 3_000_000, 90_000_000)
TRAITS: dict[str, tuple[Any, ...]] = {
    "industry": (None, "banking", "software", "mining"),
    "country": (None, "US", "ZA"),
    "employees": (None, 1, 40, 300, 5_000),
    "annual_revenue": (None, 1_000_000, 600_000_000, 2_000_000_000),
    "reference_status": (None, "reference", "private", "declined"),
    "partner_role": (None, "reseller", "strategic partner", "rival"),
    "influence_manual": (None, None, None, 0, 49.6, 50, 140),
}
REVENUE: dict[str, tuple[Any, ...]] = {
    "won_deals": (1,),
    "won_amount": AMOUNTS[1:],
    "won_amount_in_period": (0, 5_000),
    "renewals_won": (0, 1, 3),
    "renewals_lost": (0, 1, 3),
    "first_won_date": (AS_OF, LONG_AGO),
}
PARTS = ("size", "group", "customer", "reference", "logo", "partner")


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(["int_account_factors"], INPUTS)


def test_a_reason_names_what_its_sign_says(decider: Decider) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for seed in range(80):
        rng = random.Random(seed)  # noqa: S311 (a test draws, no key)
        for row in decider.run(policy_rows(policy(rng), AS_OF) | world(rng))["int_account_factors"]:
            told = f"world {seed}, {row['factor']} {row['score']}: {row['sign']} {row['reason']}"
            weak = [bool(WEAK.search(part)) for part in row["reason"].split(", ")]
            assert row["sign"] != "-" or any(weak) or PARTLY.search(row["reason"]), told
            assert row["sign"] != "+" or not all(weak), told
            seen[row["factor"], row["sign"]] += 1
    assert len({factor for factor, _ in seen}) == 5
    assert all(seen[factor, sign] for factor, _ in list(seen) for sign in "+-"), seen


def policy(rng: random.Random) -> Policy:
    """The default policy with the parts of influence weighed at random."""
    document = policy_document(load_policy(None))
    cuts = sorted(rng.choice([0, 10, 40, 60, 100]) for _ in PARTS[1:])
    points = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    document["influence"] |= {f"{part}_points": float(point) for part, point in zip(PARTS, points, strict=True)}
    return Policy.model_validate(document)


def world(rng: random.Random) -> World:
    names = [f"{number:02d}" for number in range(30)]
    potentials = [
        {"annual_potential": potential, "potential_method": potential and "open_pipeline", "peer_spend": peers}
        for potential, peers in ((rng.choice(AMOUNTS), rng.choice(AMOUNTS)) for _ in names)
    ]
    return {
        "int_accounts": [
            {"account_id": name, "ultimate_parent_id": rng.choice([name, "00", "01"]), **_drawn(rng, TRAITS)}
            for name in names
        ],
        "int_account_potential": [
            {"account_id": name, **potential} for name, potential in zip(names, potentials, strict=True)
        ],
        "int_account_revenue": [{"account_id": name, **_drawn(rng, REVENUE)} for name in names if rng.random() < 0.5],
        "int_people": [
            {"person_id": f"{name}/{person}", "account_id": name, "seniority": "director"}
            for name in names
            for person in range(7)
        ],
        "int_activities_daily": [_activity(rng, rng.choice(names)) for _ in range(120)],
    }


def _drawn(rng: random.Random, choices: dict[str, tuple[Any, ...]]) -> Row:
    return {column: rng.choice(values) for column, values in choices.items()}


def _activity(rng: random.Random, account_id: str) -> Row:
    return {
        "account_id": account_id,
        "person_id": f"{account_id}/{rng.randrange(7)}",
        "activity_type": rng.choice(["web_visit", "meeting", "collaboration", "email_open"]),
        "activity_date": AS_OF,
        "activities": 1,
        "minutes": rng.choice([0.1, 30, 240]),
    }
