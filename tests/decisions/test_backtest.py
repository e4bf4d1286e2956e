"""A score of the past knows only what was known then: whatever came after, it stays the same."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, Row, World

INPUTS = (
    "int_accounts",
    "int_account_records",
    "int_accounts_unioned",
    "int_opportunities",
    "int_activities_daily",
    "int_people",
)
TODAY = dt.date(2026, 3, 17)
THEN = dt.date(2025, 3, 1)
UNTIL = dt.date(2026, 3, 1)
WORLDS = 12
SCORES = ("account_score", "revenue_potential_score", "influence_score", "engagement_score", "cltv_score")
INDUSTRIES, ROLES = ("retail", "energy", None), ("reseller", "strategic", None)


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(["int_past_scores", "int_score_lifts"], INPUTS)


def past(decider: Decider, rows: World) -> dict[str, Row]:
    found = decider.run(policy_rows(load_policy(None), TODAY) | rows)["int_past_scores"]
    return {row["account_id"]: row for row in found}


def days(rng: random.Random, around: dt.date, spread: int) -> dt.date:
    return around + dt.timedelta(days=rng.randint(-spread, spread))


def deal(rng: random.Random, account_id: str) -> Row:
    created = days(rng, THEN, 500)
    closed = created + dt.timedelta(days=rng.randint(0, 300))
    is_closed = closed <= TODAY
    return {
        "account_id": account_id,
        "amount": rng.choice([0, 500, 40_000, 900_000]),
        "type": rng.choice(["renewal", "new_business"]),
        "is_won": is_closed and rng.random() < 0.5,
        "is_closed": is_closed,
        "created_date": created,
        "closed_date": closed if is_closed else None,
    }


def touch(rng: random.Random, account_id: str) -> Row:
    return {
        "account_id": account_id,
        "person_id": rng.choice([None, "p"]),
        "activity_type": rng.choice(["meeting", "web_visit", "collaboration"]),
        "activity_date": rng.choice([THEN, THEN + dt.timedelta(days=1), days(rng, THEN, 100)]),
        "minutes": rng.randint(1, 90),
    }


def random_world(rng: random.Random) -> World:
    names = [f"{number:02d}.example" for number in range(30)]
    return {
        "int_accounts": [
            {
                "account_id": name,
                "ultimate_parent_id": name,
                "industry": rng.choice(INDUSTRIES),
                "employees": number * 40,
            }
            for number, name in enumerate(names)
        ],
        "int_account_records": [{"account_id": name, "record_key": name} for name in names],
        "int_accounts_unioned": [{"record_key": name, "created_at": days(rng, THEN, 200)} for name in names],
        "int_opportunities": [deal(rng, rng.choice(names)) for _ in range(120)],
        "int_activities_daily": [touch(rng, rng.choice(names)) for _ in range(200)],
        "int_people": [{"person_id": "p", "seniority": "vp"}],
    }


def with_another_year(rng: random.Random, world: World) -> World:
    """Change all that came to be known after the day: ends, amounts, estimates, roles and attention."""
    return world | {
        "int_accounts": [
            row
            | {"potential_estimate": rng.choice([None, 5_000_000]), "reference_status": "public"}
            | {"partner_role": rng.choice(ROLES), "influence_manual": 99, "influence_date": THEN + dt.timedelta(days=1)}
            for row in world["int_accounts"]
        ],
        "int_opportunities": [other_end(rng, row) for row in world["int_opportunities"]]
        + [deal_since(rng, row["account_id"]) for row in world["int_accounts"]],
        "int_activities_daily": [row for row in world["int_activities_daily"] if row["activity_date"] <= THEN]
        + [touch(rng, "00.example") | {"activity_date": THEN + dt.timedelta(days=1)}],
    }


def other_end(rng: random.Random, row: Row) -> Row:
    if row["is_closed"] and row["closed_date"] <= THEN:
        return row
    ends: dict[str, Any] = {"is_won": rng.random() < 0.5, "is_closed": True, "closed_date": UNTIL, "amount": 77}
    return row | ends


def deal_since(rng: random.Random, account_id: str) -> Row:
    return (
        deal(rng, account_id)
        | {"created_date": THEN + dt.timedelta(days=1), "is_won": True, "is_closed": True}
        | {"closed_date": UNTIL}
    )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_what_came_after_changes_no_score_of_then(decider: Decider, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 (worlds want to be reproducible)
    world = random_world(rng)
    before = past(decider, world)
    after = past(decider, with_another_year(rng, world))

    assert len(before) > 5
    assert {name: [row[score] for score in SCORES] for name, row in before.items()} == {
        name: [row[score] for score in SCORES] for name, row in after.items()
    }
    assert all(row["won_deals"] > 0 for row in after.values())


@pytest.mark.parametrize("seed", range(WORLDS))
def test_what_was_known_then_does_change_them(decider: Decider, seed: int) -> None:
    """The test above could not fail if the scores of then looked at nothing."""
    rng = random.Random(seed)  # noqa: S311 (worlds want to be reproducible)
    world = random_world(rng)
    sale = {"account_id": "05.example", "amount": 3_000_000, "is_won": True, "is_closed": True}
    sale |= {"created_date": THEN, "closed_date": THEN}
    changed = past(decider, world | {"int_opportunities": [*world["int_opportunities"], sale]})

    before = past(decider, world).get("05.example")
    assert before is None or changed["05.example"]["cltv_score"] > (before["cltv_score"] or 0)
    assert changed["05.example"]["was_customer"]


@pytest.mark.parametrize("seed", range(WORLDS))
def test_auc_is_the_chance_that_a_winner_was_ahead(decider: Decider, seed: int) -> None:
    world = random_world(random.Random(seed))  # noqa: S311 (worlds want to be reproducible)
    found = decider.run(policy_rows(load_policy(None), TODAY) | world)
    rows = [row for row in found["int_past_scores"] if row["account_score"] is not None]
    ahead = [
        1 if winner["account_score"] > other["account_score"] else 0.5
        for winner in rows
        for other in rows
        if winner["won_deals"] and not other["won_deals"] and winner["account_score"] >= other["account_score"]
    ]
    winners = sum(row["won_deals"] > 0 for row in rows)
    lifts = [row for row in found["int_score_lifts"] if (row["score"], row["account_group"]) == ("account", "all")]

    assert float(lifts[0]["auc"]) == pytest.approx(sum(ahead) / (winners * (len(rows) - winners)), abs=1e-6)
    assert sum(row["accounts"] for row in lifts) == len(rows)
    assert sum(row["winners"] for row in lifts) == winners
