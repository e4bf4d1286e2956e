"""Doubts about what a policy means: where it leaves the practice's figures, each with the practice's reason."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from abm.errors import Fault
from abm.policy.benchmarks import benchmark
from abm.policy.guard_rules import guard_doubts
from abm.policy.seats import seats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.policy.schema import Policy

QUARTER_DAYS = 92
WEIGHTS_SUM = 100.0
PEOPLE_STYLES = ("one_to_one", "one_to_few")
FAR_ABOVE = 3  # times the median
PILOT_ACCOUNTS = 3


def practice_doubts(policy: Policy) -> Iterator[Fault]:
    """Yield where the policy departs from what the practice found to work."""
    yield from _weights(policy)
    yield from _people(policy)
    yield from _benchmarks(policy)
    yield from _leases(policy)
    yield from _reviews(policy)
    yield from guard_doubts(policy)
    yield from _minutes(policy)
    if policy.pilot.enabled and len(policy.pilot.domains) > PILOT_ACCOUNTS:
        yield Fault(
            "pilot.domains", f"name {len(policy.pilot.domains)} accounts", "A pilot learns most from two or three"
        )
    if policy.portfolio.minimum_targeted_share < 0.5:  # noqa: PLR2004 (half, as the key's description says)
        yield Fault(
            "portfolio.minimum_targeted_share",
            f"is {policy.portfolio.minimum_targeted_share:.0%}",
            "Beyond the top, most marketing is targeted: keep at least half of all accounts there",
        )


def _weights(policy: Policy) -> Iterator[Fault]:
    total = sum(policy.factors.model_dump().values())
    if not math.isclose(total, WEIGHTS_SUM):
        yield Fault(
            "factors",
            f"sum to {total:g}, not {WEIGHTS_SUM:g}",
            "Only proportions count, but people read a weight as a share: make them sum to 100",
        )


def _people(policy: Policy) -> Iterator[Fault]:
    covered, run = (
        benchmark("accounts_per_marketer", "one_to_one"),
        benchmark("clusters_per_marketer_maximum", "one_to_few"),
    )
    least, most = (
        benchmark("cluster_accounts_minimum", "one_to_few"),
        benchmark("cluster_accounts_maximum", "one_to_few"),
    )
    for name, style in policy.enabled_styles.items():
        path, given = f"styles.{name}.seats", style.seats
        if name in PEOPLE_STYLES and not given.marketers:
            yield Fault(
                path,
                "are given without marketers",
                "Say who does the work first: seats without people promise what nobody can keep",
            )
        if name == "one_to_one" and (given.accounts_per_marketer or 0) > covered:
            yield Fault(
                f"{path}.accounts_per_marketer",
                f"is {given.accounts_per_marketer}",
                f"One marketer gives bespoke work to about {covered:g} accounts",
            )
        if (given.clusters_per_marketer or 0) > run:
            yield Fault(
                f"{path}.clusters_per_marketer",
                f"is {given.clusters_per_marketer}",
                f"One marketer runs {run:g} clusters at most",
            )
        if given.accounts_per_cluster is not None and not least <= given.accounts_per_cluster <= most:
            yield Fault(
                f"{path}.accounts_per_cluster",
                f"is {given.accounts_per_cluster}",
                f"Clusters of {least:g} to {most:g} can be researched deeply and still share the work",
            )


def _benchmarks(policy: Policy) -> Iterator[Fault]:
    for name, number in seats(policy).items():
        median = benchmark("accounts", name) if name in PEOPLE_STYLES else None
        if number is not None and median is not None and number >= FAR_ABOVE * median:
            yield Fault(
                f"styles.{name}.seats",
                f"hold {number} accounts: {number / median:.0f} times the median of {median:g}",
                "Too many accounts in a high style is the common mistake: nobody gets the work they are promised",
            )


def _leases(policy: Policy) -> Iterator[Fault]:
    leases = policy.leases
    longest = leases.days * (1 + leases.max_renewals)
    if longest > QUARTER_DAYS:
        yield Fault(
            "leases.days",
            f"and renewals keep an account for {longest} days",
            "A temporary move longer than a quarter is a base style: leave it to the review",
        )
    for style, target in leases.targets.items():
        goal = policy.enabled_styles.get(target)
        if goal is not None and not goal.seats.lease_reserve:
            yield Fault(
                f"leases.targets.{style}",
                f"leads to '{target}', which reserves no seat for leases",
                f"Set styles.{target}.seats.lease_reserve, or no lease ever begins",
            )
    if policy.mqa.cool_down_days < policy.mqa.window_days:
        yield Fault(
            "mqa.cool_down_days",
            f"{policy.mqa.cool_down_days} is shorter than the window of {policy.mqa.window_days} days",
            "The same activity would qualify the account twice: make it at least the window",
        )


def _reviews(policy: Policy) -> Iterator[Fault]:
    review = policy.review
    if review.every_days > QUARTER_DAYS:
        yield Fault("review.every_days", f"is {review.every_days}", "Review base styles at least quarterly")
    if review.enter_margin + review.leave_margin == 0:
        yield Fault(
            "review.leave_margin",
            "and enter_margin are 0",
            "An account at a band's edge would flap: ask more to enter than to stay",
        )
    if not review.minimum_stay_days:
        yield Fault("review.minimum_stay_days", "is 0", "Work on an account takes months: let a style last a while")


def _minutes(policy: Policy) -> Iterator[Fault]:
    opened = policy.activities.get("email_open")
    if opened is None:
        return
    less = [name for name, activity in policy.activities.items() if activity.minutes < opened.minutes]
    if less:
        yield Fault(
            "activities.email_open.minutes",
            f"{opened.minutes:g} is more than {', '.join(less)} counts",
            "Machines open mails as well: let opens count least",
        )
