"""What must hold across the keys of leases, qualification, programmes, waves and clusters."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from abm.errors import Fault
from abm.policy.seats import style_seats
from abm.policy.styles import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abm.policy.decisions import Threshold
    from abm.policy.schema import Policy

MINUTES_AND_PEOPLE = "depth_and_breadth"  # what the models call the rule of mqa.thresholds


def broken_decision_rules(policy: Policy) -> Iterator[Fault]:
    """Yield every rule across those keys that the policy breaks."""
    yield from _reserves(policy)
    yield from _lease_targets(policy)
    for style, thresholds in policy.mqa.thresholds.items():
        yield from _thresholds(f"mqa.thresholds.{style}", thresholds)
    yield from _triggers(policy)
    yield from _programmes(policy)
    sizes = policy.micro_segments
    if sizes.minimum_accounts * 2 > sizes.maximum_accounts + 1:
        yield Fault(
            "micro_segments.maximum_accounts",
            f"{sizes.maximum_accounts} cannot be split into clusters of {sizes.minimum_accounts} and more",
            "Make it at least twice minimum_accounts less one",
        )
    if policy.pilot.enabled and not policy.pilot.domains:
        yield Fault("pilot.domains", "name nobody, so nothing would be sent", "Name two or three accounts' domains")


def _reserves(policy: Policy) -> Iterator[Fault]:
    for name, style in policy.enabled_styles.items():
        number = style_seats(style, policy.portfolio.capacity)
        for key in ("lease_reserve", "manual_seats"):
            kept = getattr(style.seats, key)
            if number and kept > number:
                yield Fault(
                    f"styles.{name}.seats.{key}", f"{kept} is more than the {number} seats there are", "Keep fewer back"
                )


def _lease_targets(policy: Policy) -> Iterator[Fault]:
    ranks = {name: rank for rank, name in enumerate(STYLES)}
    for style, target in policy.leases.targets.items():
        if ranks[target] >= ranks[style]:
            yield Fault(f"leases.targets.{style}", f"'{target}' is not a higher style", "Name a higher one")


def _thresholds(path: str, thresholds: Sequence[Threshold]) -> Iterator[Fault]:
    ordered = sorted(thresholds, key=lambda threshold: threshold.employees_from)
    for threshold in ordered:
        below = threshold.employees_below
        if below is not None and below <= threshold.employees_from:
            yield Fault(path, f"has a size from {threshold.employees_from:g} to below {below:g}", "Swap the two")
    for lower, upper in pairwise(ordered):
        if lower.employees_below != upper.employees_from:
            yield Fault(
                path,
                f"has sizes that do not meet at {upper.employees_from:g} employees",
                "End each size where the next one starts",
            )
    if ordered and (ordered[0].employees_from > 0 or ordered[-1].employees_below is not None):
        yield Fault(path, "leaves some sizes of company out", "Start the first at 0 and leave the last open")


def _triggers(policy: Policy) -> Iterator[Fault]:
    yield from _repeated("mqa.triggers", [trigger.name for trigger in policy.mqa.triggers])
    for index, trigger in enumerate(policy.mqa.triggers):
        path = f"mqa.triggers[{index}]"
        if trigger.name == MINUTES_AND_PEOPLE:
            yield Fault(f"{path}.name", "is the name of the rule by minutes and people", "Choose another")
        if trigger.activity not in policy.activities:
            known = ", ".join(sorted(policy.activities))
            yield Fault(f"{path}.activity", f"'{trigger.activity}' is no kind of activity", f"Use one of {known}")
        if trigger.people > trigger.activities:
            yield Fault(f"{path}.people", "are more than its activities", "Ask for as many activities as people")


def _programmes(policy: Policy) -> Iterator[Fault]:
    yield from _repeated("programmes", [programme.name for programme in policy.programmes])
    clustered = policy.styles.get("one_to_few")
    reserve = clustered.seats.lease_reserve if clustered else 0
    for index, programme in enumerate(policy.programmes):
        path = f"programmes[{index}]"
        if programme.ends_on <= programme.starts_on:
            yield Fault(f"{path}.ends_on", f"{programme.ends_on} is not after {programme.starts_on}", "Move it")
        if programme.seats > reserve:
            yield Fault(
                f"{path}.seats",
                f"{programme.seats} is more than the {reserve} seats of styles.one_to_few.seats.lease_reserve",
                "Borrow fewer, or reserve more",
            )


def _repeated(path: str, names: Sequence[str]) -> Iterator[Fault]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Fault(path, f"name '{name}' {times} times", "Give each its own name")
