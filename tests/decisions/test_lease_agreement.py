"""The SQL and the reference lease alike over random nights in a row; a failure names the run by its seed and night."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.lease_reference import Lease, Night, Qualification, decide_leases
from tests.decisions.nights import INPUTS, MODELS, Nights, changed, day, reserves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, Row

RUNS, NIGHTS = 24, 45
BASES = ("one_to_one", "one_to_few", "one_to_many", "one_to_many", "targeted_demand_gen", "none")
SEGMENTS: tuple[dict[str, Any], ...] = (
    {"attribute": "industry", "values": ["banking", "insurance"]},
    {"attribute": "industry", "values": ["retail"]},
    {"attribute": "country", "values": ["DE"]},
    {"attribute": "employees", "from": 500},
    {"attribute": "employees", "below": 501},
)


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider((*MODELS, "int_qualifications"), INPUTS)


@pytest.mark.parametrize("first", range(0, RUNS, 6))
def test_sql_and_reference_lease_alike_night_after_night(decider: Decider, first: int) -> None:
    leases = [lease for seed in range(first, first + 6) for lease in nights_of_leases(decider, seed)]
    assert {lease.renewals for lease in leases} >= {0, 1}
    assert {lease.is_programme for lease in leases} == {True, False}


def nights_of_leases(decider: Decider, seed: int) -> Iterator[Lease]:
    """Yield every lease of every night of one run, once SQL and reference agree on it."""
    rng = random.Random(seed)  # noqa: S311 (a test draws, no key)
    run = Nights.under(decider)
    for number in range(20):
        run.add(f"{number:02d}", rng.choice(BASES), **_traits(rng))
    shape = _shape(rng)
    before: list[Lease] = []
    number = 0
    while number < NIGHTS:
        if rng.random() < 0.15:
            shape = _shape(rng) if rng.random() < 0.3 else shape | {"styles": _reserves(rng)}
        run.policy = changed(**shape)
        gone = _pass_a_day(rng, run, number)
        rows = run.run(day(number))
        night = Night(day(number), run.policy, run.accounts, _qualifications(run, rows), before)
        before = decide_leases(night)
        told = {_lease(row) for row in rows["fct_style_leases"]}
        assert told == set(before), f"run {seed}, night {number}"
        assert all(lease.starts_on <= day(number) < lease.ends_on for lease in before)
        yield from before
        run.accounts |= gone
        number += rng.choice([1, 1, 1, 1, 2, 9])


def _shape(rng: random.Random) -> dict[str, Any]:
    return {
        "styles": _reserves(rng),
        "leases": {"days": rng.choice([1, 5, 8]), "max_renewals": rng.choice([0, 1, 2])},
        "mqa": {"cool_down_days": rng.choice([1, 3, 10]), "window_days": 5},
        "programmes": [_programme(rng, name) for name in ("spring", "summer")[: rng.choice([0, 1, 2])]],
    }


def _reserves(rng: random.Random) -> dict[str, Any]:
    styles = reserves(**{name: rng.choice([0, 1, 2, 6]) for name in ("one_to_one", "one_to_few", "one_to_many")})
    for name, style in styles.items():
        style["enabled"] = name == "targeted_demand_gen" or rng.random() < 0.9
    if rng.random() < 0.3:
        styles["one_to_few"]["seats"] |= {"marketers": [], "limit": rng.choice([0, 1, 3])}
    return styles


def _programme(rng: random.Random, name: str) -> dict[str, Any]:
    start = rng.choice([0, 5, 20])
    return {
        "name": name,
        "label": name,
        "rules": rng.sample(SEGMENTS, rng.choice([1, 2])),
        "starts_on": day(start),
        "ends_on": day(start + rng.choice([1, 10, 30])),
        "seats": rng.choice([0, 1, 3]),
    }


def _traits(rng: random.Random) -> dict[str, Any]:
    return {
        "industry": rng.choice([None, "banking", "retail"]),
        "country": rng.choice([None, "DE", "US"]),
        "employees": rng.choice([None, 499, 500, 501]),
        "account_score": rng.choice([None, 40, 50, 50, 90]),
    }


def _pass_a_day(rng: random.Random, run: Nights, number: int) -> dict[str, Row]:
    """Let things happen to some accounts, and return those that no source knows tonight."""
    for account_id in rng.sample(sorted(run.accounts), 3):
        run.ask_for_a_demo(account_id, day(number))
    for account_id in rng.sample(sorted(run.accounts), 2):
        for person in ("one", "two"):
            run.act(account_id, day(number), kind="pricing_visit", person=f"{account_id}/{person}")
    account = run.accounts[rng.choice(sorted(run.accounts))]
    account |= rng.choice(
        [
            {"base_style": rng.choice(BASES)},
            {"exclusion": "competitor"},
            {"exclusion": None, "is_override_admitted": False},
            {"is_override_admitted": True},
            {"account_score": rng.choice([None, 10, 99])},
            _traits(rng),
            {"mqa_answer": rng.choice(["accepted", "rejected"]), "mqa_answered_on": day(number)},
        ]
    )
    away = rng.sample(sorted(run.accounts), rng.choice([0, 0, 0, 1]))
    return {account_id: run.accounts.pop(account_id) for account_id in away}


def _qualifications(run: Nights, rows: dict[str, list[Row]]) -> list[Qualification]:
    return [
        Qualification(
            row["account_id"], row["rule"], row["trigger_priority"], row["is_met"], row["sales_answer"] == "rejected"
        )
        for row in rows["int_qualifications"]
    ]


def _lease(row: Row) -> Lease:
    columns = ("account_id", "style", "trigger", "starts_on", "ends_on", "renewals")
    return Lease(**{column: row[column] for column in columns})
