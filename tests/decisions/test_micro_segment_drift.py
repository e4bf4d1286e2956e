"""How micro-segments fare in the generated world: ids under churn, and likeness beside chance."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest
from tests.decisions.clusters import INPUTS, MODELS, ClusterNights, misplaced, policy_with

from abm_sandbox.world import generate
from abm_sandbox.world import vocabulary as words

if TYPE_CHECKING:
    from tests.decisions.clusters import Night, Row
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider

CHURN = 0.05
NIGHTS = 12
KEPT_IDS = 0.9


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


@pytest.fixture(scope="module")
def companies() -> list[tuple[str, Row]]:
    """The generated world's companies in the value band of 1:Few."""
    world = generate(7, 4000, dt.date(2026, 3, 2))
    truth, imperatives = world.companies, world.judgements.texts["imperative"].to_pylist()
    return [
        (
            f"c{position:05d}.example",
            {
                "industry": words.INDUSTRIES[truth.industry[position]].salesforce,
                "imperative": imperatives[position],
                "country": words.COUNTRIES[truth.country[position]].name,
                "employees": int(truth.employees[position]),
            },
        )
        for position in range(truth.count)
        if 250_000 <= truth.potential[position] < 2_000_000
    ]


@pytest.mark.parametrize("accounts", [50, 53, 400])
def test_nine_of_ten_clusters_keep_their_id_while_one_in_twenty_accounts_changes_a_night(
    decider: Decider, companies: list[tuple[str, Row]], accounts: int
) -> None:
    rng = random.Random(accounts)  # noqa: S311 [a repeatable world]
    run = ClusterNights(decider, policy_with(marketers=9), dict(companies[:accounts]))
    before = run.run()
    kept, had = 0, 0
    for _ in range(NIGHTS):
        _churn(run, rng, companies)
        night = run.run()
        assert misplaced(run, night) == []
        kept, had = kept + len(night.members.keys() & before.members.keys()), had + len(before.members)
        before = night
    assert kept >= KEPT_IDS * had, f"{kept} of {had} ids kept"


def _churn(run: ClusterNights, rng: random.Random, companies: list[tuple[str, Row]]) -> None:
    """Let one in twenty members go, for as many companies that were not 1:Few."""
    count = round(CHURN * len(run.accounts))
    waiting = [(name, traits) for name, traits in companies if name not in run.accounts]
    run.drop(*rng.sample(sorted(run.accounts), count))
    run.accounts |= dict(rng.sample(waiting, count))


def test_clusters_are_more_alike_than_accounts_dealt_by_chance(
    decider: Decider, companies: list[tuple[str, Row]]
) -> None:
    night = ClusterNights(decider, policy_with(marketers=9), dict(companies[:400])).run()
    ours, chance = (_likeness(night, column) for column in ("similarity", "random_similarity"))
    assert ours > 1.5 * chance, f"likeness {ours:.2f} against {chance:.2f} by chance"


def _likeness(night: Night, column: str) -> float:
    clusters = night.clusters.values()
    return float(sum(row[column] * row["accounts"] for row in clusters) / sum(row["accounts"] for row in clusters))
