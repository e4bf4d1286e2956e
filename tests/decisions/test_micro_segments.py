"""Micro-segments over many nights: sizes, traits, ids that survive drift, leftovers, marketers, likeness."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.clusters import INPUTS, MODELS, ClusterNights, misplaced, policy_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.decisions.clusters import Night
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider

    Begin = Callable[..., ClusterNights]

BANKS = {"industry": "banking", "imperative": "payments", "country": "US", "employees": 1000}
OTHER_BANKS = {**BANKS, "imperative": "risk"}


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


@pytest.fixture
def nights(decider: Decider) -> Begin:
    """Return a function that starts a run of nights without any account."""

    def begin(**policy: Any) -> ClusterNights:
        return ClusterNights(decider, policy_with(**policy))

    return begin


def names(letter: str, count: int) -> list[str]:
    return [f"{letter}{number:03d}" for number in range(count)]


def sizes(night: Night) -> list[int]:
    return sorted(len(members) for members in night.members.values())


@pytest.mark.parametrize(
    ("accounts", "clusters"), [(4, []), (5, [5]), (15, [15]), (16, [8, 8]), (31, [10, 10, 11]), (45, [15, 15, 15])]
)
def test_alike_accounts_are_cut_into_even_clusters_of_5_to_15(
    nights: Begin, accounts: int, clusters: list[int]
) -> None:
    run = nights()
    run.add(*names("a", accounts), **BANKS)
    assert sizes(run.run()) == clusters


def test_too_few_of_one_imperative_share_the_industry_and_the_cluster_says_so(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 3), **BANKS)
    run.add(*names("b", 3), **OTHER_BANKS)
    (cluster,) = run.run().clusters.values()
    assert (cluster["shared_traits"], cluster["name"]) == ("industry", "Banking: no shared imperative")
    assert (cluster["accounts"], cluster["imperative_origin"]) == (6, "derived")


def test_too_few_of_every_industry_share_the_imperative(nights: Begin) -> None:
    run = nights()
    for number, account_id in enumerate(names("a", 6)):
        run.add(account_id, industry=f"industry {number}", imperative="save cost")
    (cluster,) = run.run().clusters.values()
    assert (cluster["shared_traits"], cluster["imperative"]) == ("imperative", "save cost")


def test_a_new_account_joins_a_cluster_with_room_before_a_new_one_is_made(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 6), **BANKS)
    before = run.run()
    run.add(*names("b", 9), **BANKS)
    assert list(run.run().members) == list(before.members)
    assert sizes(run.run()) == [15]


def test_one_above_15_splits_and_the_older_half_keeps_the_id(nights: Begin) -> None:
    run = nights()
    run.add(*names("z", 8), **BANKS)
    (first,) = run.run().members
    run.add(*names("a", 7), **BANKS)
    run.run()
    run.add("b", **BANKS)
    members = run.run().members
    assert members[first] == set(names("z", 8))
    assert members["banking-payments-2"] == {"b", *names("a", 7)}


def test_a_cluster_that_falls_under_5_goes_into_its_neighbour(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 16), **BANKS)
    one, two = (min(members) for members in run.run().members.values())
    run.drop(*[name for name in names("a", 16) if name not in {"a000", "a001", "a008"} and name < "a008"])
    night = run.run()
    assert sizes(night) == [10]
    assert set(night.members) < {"banking-payments-1", "banking-payments-2"}, (one, two)


def test_two_clusters_that_fell_under_5_become_one_under_the_id_of_the_larger(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 16), **BANKS)
    first = run.run()
    larger, smaller = first.of("a000"), first.of("a015")
    run.drop(*names("a", 4), *[name for name in names("a", 16) if name >= "a011"])
    night = run.run()
    assert larger != smaller
    assert sizes(night) == [7]
    assert list(night.members) == [larger]


def test_members_longest_in_a_cluster_keep_it_where_the_maximum_is_lowered(nights: Begin) -> None:
    run = nights()
    run.add(*names("z", 9), **BANKS)
    first = run.run().of("z000")
    run.add(*names("a", 6), **BANKS)
    run.run()
    run.policy = policy_with(maximum_accounts=9)
    members = run.run().members
    assert members[first or ""] == set(names("z", 9))
    assert sizes(run.run()) == [6, 9]


def test_the_number_of_a_cluster_that_died_is_not_used_again(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 5), **BANKS)
    assert list(run.run().members) == ["banking-payments-1"]
    run.drop(*names("a", 5))
    run.run()
    run.add(*names("b", 5), **BANKS)
    assert list(run.run().members) == ["banking-payments-2"]


def test_a_member_whose_industry_changed_leaves(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 6), **BANKS)
    run.add(*names("b", 6), industry="retail", imperative="payments")
    run.run()
    run.add("a000", industry="retail", imperative="payments")
    assert run.run().of("a000") == "retail-payments-1"


def test_leftovers_go_where_the_policy_says_with_the_reason(nights: Begin) -> None:
    for leftovers, placement, cluster in (
        ("nearest", "nearest", "banking-payments-1"),
        ("alone", "too_few_peers", None),
    ):
        run = nights(leftovers=leftovers)
        run.add(*names("a", 6), **BANKS)
        run.add("b", **OTHER_BANKS)
        row = run.run().placements["b"]
        assert (row["placement"], row["micro_segment_id"]) == (placement, cluster)
        assert row["reason"].startswith("Fewer than 5 such accounts share its industry or imperative")


def test_a_leftover_prefers_its_industry_then_its_imperative_then_its_country(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 9), industry="banking", imperative="payments", country="US")
    run.add(*names("b", 8), industry="retail", imperative="risk", country="US")
    run.add(*names("c", 7), industry="energy", imperative="growth", country="DE")
    run.add("d", industry="banking", imperative="other", country="DE")
    run.add("e", industry="media", imperative="risk", country="DE")
    run.add("f", industry="media", imperative="other 2", country="DE")
    run.add("g", industry=None, imperative=None, country="FR")
    night = run.run()
    assert [night.of(name) for name in "def"] == ["banking-payments-1", "retail-risk-1", "energy-growth-1"]
    assert night.of("g") == "energy-growth-1"  # shares nothing: the one with the fewest accounts


def test_leftovers_stay_out_where_every_cluster_is_full(nights: Begin) -> None:
    run = nights()
    run.add(*names("a", 15), **BANKS)
    run.add("b", **{**OTHER_BANKS, "industry": "retail"})
    assert run.run().placements["b"]["placement"] == "no_room"


def test_clusters_beyond_what_marketers_can_run_are_unowned_and_say_why(nights: Begin) -> None:
    run = nights(marketers=1)
    run.add(*names("a", 90), **BANKS)
    owned = [row["marketer"] for row in run.run().clusters.values()]
    assert (owned.count("m0"), owned.count(None)) == (5, 1)
    run.policy = policy_with(marketers=2)
    clusters = run.run().clusters.values()
    assert [row["marketer"] for row in clusters].count("m0") == 5
    assert all(row["unowned_reason"] is None for row in clusters)


def random_account(rng: random.Random) -> dict[str, Any]:
    return {
        "industry": rng.choice(["banking", "banking", "banking", "retail", "retail", "energy", "media", None]),
        "imperative": rng.choice(["payments", "payments", "risk", "growth", None]),
        "country": rng.choice(["US", "DE", None]),
        "employees": rng.choice([None, 0, 10, 5000, 100_000]),
    }


@pytest.mark.parametrize("seed", range(6))
def test_every_rule_holds_on_every_night_of_a_random_world(nights: Begin, seed: int) -> None:
    """Accounts come, go and change; nothing is left that has peers, and quiet nights change nothing."""
    rng = random.Random(seed)  # noqa: S311 [a repeatable world]
    minimum = rng.choice([2, 5, 5])
    maximum = rng.choice([2 * minimum - 1, 3 * minimum])
    run = nights(minimum_accounts=minimum, maximum_accounts=maximum, leftovers=rng.choice(["nearest", "alone"]))
    dead: set[str] = set()
    alive: set[str] = set()
    for night_number in range(12):
        _churn(run, rng, f"n{night_number:02d}", count=rng.choice([0, 1, 5, 40]))
        again = run.run(publish=False, newest_first=True)
        night = run.run()
        assert night.placements == again.placements
        assert misplaced(run, night) == []
        dead |= alive - set(night.members)
        alive = set(night.members)
        assert not alive & dead
        assert run.run(publish=False).members == night.members


def _churn(run: ClusterNights, rng: random.Random, prefix: str, count: int) -> None:
    names_now = sorted(run.accounts)
    run.drop(*rng.sample(names_now, min(len(names_now), rng.randint(0, count))))
    for number in range(rng.randint(0, count)):
        run.add(f"{prefix}-{number:03d}", **random_account(rng))
    for account_id in rng.sample(sorted(run.accounts), min(len(run.accounts), count // 5)):
        run.add(account_id, **random_account(rng))
