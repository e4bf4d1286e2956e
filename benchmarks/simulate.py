"""Simulating: a policy rehearsed beside a release, and what that takes beyond the build it stands on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from abm import release, transform
from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.simulate import simulate
from benchmarks.build import land
from benchmarks.measuring import stopwatch
from benchmarks.reports import Aim, Figure, Report
from benchmarks.warehouses import settle, temporary_home, warehouse_in

if TYPE_CHECKING:
    from benchmarks.reports import Scale

ACCOUNTS: dict[Scale, int] = {"small": 400, "full": 50_000}
SECONDS = 60.0
_DAY = dt.date(2026, 3, 3)


def measure(scale: Scale) -> Report:
    """Build and publish a world, then rehearse two changes of policy on it."""
    with temporary_home() as home, warehouse_in(home) as url:
        land(url, ACCOUNTS[scale])
        transform.parse(url)
        with stopwatch() as full:
            release.start_build(url, as_of=_DAY, release_id="live", policy=load_policy(None))
            transform.build(url)
        release.publish(url, "live", "benchmark")
        settle(url)
        with stopwatch() as first:
            simulate(url, changed_seats(load_policy(None)))
        with stopwatch() as again:
            seats = simulate(url, changed_seats(load_policy(None)))
        with stopwatch() as everything:
            scores = simulate(url, changed_scores(load_policy(None)))
    accounts = f"{ACCOUNTS[scale]:,} accounts"
    return Report(
        title="Simulating",
        floor="none: the aim is a time a person waits for; the full build of the same world stands beside it.",
        figures=[
            Figure(f"full build, {accounts}", full.seconds, "s"),
            Figure("first simulation, which parses the project", first.seconds, "s"),
            Figure("simulation of fewer seats", again.seconds, "s", aim=Aim("at most", SECONDS)),
            Figure("simulation of other engagement minutes", everything.seconds, "s", aim=Aim("at most", SECONDS)),
        ],
        notes=[
            f"Fewer seats move {len(seats.outcome.movers):,} accounts, other minutes {len(scores.outcome.movers):,}.",
            "With fewer seats, activities, people and accounts are read as the last build left them.",
            "With other minutes every day of every account is counted again.",
        ],
    )


def changed_seats(policy: Policy) -> Policy:
    """Allow fewer seats in the two highest styles."""
    document = policy.model_dump(mode="json", by_alias=True)
    for style, limit in {"one_to_one": 5, "one_to_few": 25}.items():
        document["styles"][style]["seats"]["limit"] = limit
    return Policy.model_validate(document)


def changed_scores(policy: Policy) -> Policy:
    """Count meetings twice: every account's engagement comes out anew."""
    document = policy.model_dump(mode="json", by_alias=True)
    document["activities"]["meeting"]["minutes"] *= 2
    return Policy.model_validate(document)
