"""What must hold across keys; doubts.py has what is allowed but probably not meant."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from abm.errors import Fault
from abm.policy.decision_rules import broken_decision_rules
from abm.policy.experiment_rules import broken_experiments
from abm.policy.guard_rules import broken_guards
from abm.policy.ownership import broken_ownership
from abm.policy.styles import STYLES
from abm.policy.traits import broken_traits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abm.policy.consent import Holds
    from abm.policy.schema import Policy
    from abm.policy.scoring import Profile, Scale
    from abm.policy.styles import StyleName
    from abm.policy.treatment import Style

PROFILE_POINTS = 100.0
_TAKES_ONLY: Mapping[str, Holds] = {"google": "people", "meta": "people"}
_BY_PEOPLE = ("one_to_one", "one_to_few")


def broken_rules(policy: Policy) -> Iterator[Fault]:
    """Yield every rule across keys that the policy breaks."""
    yield from _styles_present(policy)
    yield from _bands(policy)
    for name, style in policy.styles.items():
        yield from _style(name, style)
    yield from _weights(policy)
    yield from _scales(policy)
    yield from _profiles(policy)
    yield from broken_traits(policy)
    yield from _audience_names(policy)
    yield from _audience_kinds(policy)
    yield from _field_names(policy)
    yield from broken_ownership(policy.ownership, policy.fields)
    yield from broken_experiments(policy)
    yield from broken_decision_rules(policy)
    yield from broken_guards(policy)


def _styles_present(policy: Policy) -> Iterator[Fault]:
    for name in STYLES:
        if name not in policy.styles:
            yield Fault(f"styles.{name}", "is missing", "Add it; switch it off with 'enabled: false'")
    if not policy.enabled_styles:
        yield Fault("styles", "are all switched off", "Enable at least one")


def _bands(policy: Policy) -> Iterator[Fault]:
    """Check that the bands meet: of all styles, since one switched off passes its accounts down, or of those in use."""
    every_style = {name: policy.styles[name] for name in STYLES if name in policy.styles}
    if any(_unmet_bands(every_style)):
        yield from _unmet_bands(policy.enabled_styles)


def _unmet_bands(styles: Mapping[StyleName, Style]) -> Iterator[Fault]:
    """Yield where bands leave a gap, overlap, are closed at the top or do not start at 0."""
    bands = [(name, style) for name, style in styles.items() if style.has_band]
    for name, style in bands:
        low, high = style.potential_from, style.potential_below
        if low is not None and high is not None and low >= high:
            yield Fault(
                f"styles.{name}.potential_from", f"{low:,.2f} is not below potential_below {high:,.2f}", "Swap them"
            )
        if low is None:
            yield Fault(f"styles.{name}.potential_from", "is null, potential_below is not", "Set both or none")
    for (upper_name, upper), (lower_name, lower) in pairwise(bands):
        if upper.potential_from != lower.potential_below:
            yield Fault(
                f"styles.{lower_name}.potential_below",
                f"{_amount(lower.potential_below)} does not meet styles.{upper_name}.potential_from"
                f" {_amount(upper.potential_from)}",
                "Make both the same: a band ends right where the next higher one starts",
            )
    if bands and bands[0][1].potential_below is not None:
        yield Fault(f"styles.{bands[0][0]}.potential_below", "closes the highest band", "Set it to null")
    if bands and (bands[-1][1].potential_from or 0) > 0:
        yield Fault(f"styles.{bands[-1][0]}.potential_from", "leaves a gap down to 0", "Set it to 0")


def _amount(value: float | None) -> str:
    return "null" if value is None else f"{value:,.2f}"


def _style(name: str, style: Style) -> Iterator[Fault]:
    path, spend = f"styles.{name}", style.spend
    if spend.low > spend.high:
        yield Fault(f"{path}.spend.low", f"{spend.low:,.0f} is above spend.high {spend.high:,.0f}", "Swap them")
    if not style.enabled:
        return
    yield from _missing_entitlements(path, style)
    if name in _BY_PEOPLE and not style.seats.marketers and style.seats.limit is None:
        yield Fault(
            f"{path}.seats.marketers",
            "names nobody, but this style lives on people",
            "Say how many marketers it has, or switch the style off",
        )
    if style.seats.annual_budget is not None and not spend.planned:
        yield Fault(f"{path}.spend.planned", "is 0, so no seats follow from annual_budget", "Set what an account costs")
    yield from _marketers(path, style)


def _missing_entitlements(path: str, style: Style) -> Iterator[Fault]:
    if style.entitlements is None:
        yield Fault(f"{path}.entitlements", "are missing", "Say first what an account of this style is promised")
        return
    for name in style.required_entitlements:
        if getattr(style.entitlements, name) in (None, []):
            yield Fault(f"{path}.entitlements.{name}", "is required and missing", "Fill it, or stop requiring it")


def _marketers(path: str, style: Style) -> Iterator[Fault]:
    given = style.seats
    by_cluster = given.clusters_per_marketer is not None and given.accounts_per_cluster is not None
    for index, marketer in enumerate(given.marketers):
        known = marketer.accounts is not None or by_cluster or given.accounts_per_marketer is not None
        if not known and not (marketer.clusters is not None and given.accounts_per_cluster is not None):
            yield Fault(
                f"{path}.seats.marketers[{index}]",
                f"'{marketer.name}' has no capacity",
                "Give accounts, or accounts_per_marketer for all, or clusters with accounts_per_cluster",
            )


def _weights(policy: Policy) -> Iterator[Fault]:
    if sum(policy.factors.model_dump().values()) <= 0:
        yield Fault("factors", "have no weight above 0", "Give at least one factor a positive weight")
    influence = policy.influence.points
    if not math.isclose(influence, PROFILE_POINTS):
        yield Fault("influence", f"has {influence:g} points in all", "Make them 100")
    parts = policy.engagement.breadth_share + policy.engagement.collaboration_share
    if parts > 1 and not math.isclose(parts, 1):
        yield Fault(
            "engagement.collaboration_share",
            f"and breadth_share are {parts:g} together",
            "Leave depth a share: at most 1 together",
        )


def _scales(policy: Policy) -> Iterator[Fault]:
    scales: dict[str, Scale] = {"revenue_potential": policy.revenue_potential, "cltv": policy.cltv}
    for name, scale in scales.items():
        if scale.zero_at >= scale.full_at:
            yield Fault(
                f"{name}.zero_at", f"{scale.zero_at:,.0f} is not below full_at {scale.full_at:,.0f}", "Swap them"
            )


def _profiles(policy: Policy) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, profile in enumerate(policy.profiles):
        if profile.name in seen:
            yield Fault(f"profiles[{index}].name", f"'{profile.name}' stands twice", "Give each profile its own name")
        seen.add(profile.name)
        points = _best_points(profile)
        if not math.isclose(points, PROFILE_POINTS):
            yield Fault(
                f"profiles[{index}].rules",
                f"give {points:g} points to a perfect match",
                "Make the best of each sum to 100",
            )


def _best_points(profile: Profile) -> float:
    best: dict[str, float] = {}
    for rule in profile.rules:
        best[rule.attribute] = max(best.get(rule.attribute, 0.0), rule.points)
    return sum(best.values())


def _audience_names(policy: Policy) -> Iterator[Fault]:
    for destination, names in policy.audiences.items():
        given = [name for name in names.values() if name]
        for style, name in names.items():
            if name and given.count(name) > 1:
                yield Fault(
                    f"audiences.{destination}.{style}",
                    f"'{name}' names several styles",
                    "Give each style its own audience",
                )


def _audience_kinds(policy: Policy) -> Iterator[Fault]:
    for destination, only in _TAKES_ONLY.items():
        held = policy.audience_holds.get(destination)
        if destination in policy.audiences and held != only:
            yield Fault(f"audience_holds.{destination}", f"is {held or 'missing'}", f"Write {only}: it takes no others")
    for destination in policy.audiences.keys() - policy.audience_holds.keys() - _TAKES_ONLY.keys():
        yield Fault(f"audience_holds.{destination}", "is missing", "Say whether its audiences hold companies or people")


def _field_names(policy: Policy) -> Iterator[Fault]:
    for destination, names in policy.fields.items():
        given = [name for name in names.values() if name]
        for field, name in names.items():
            if name and given.count(name) > 1:
                yield Fault(f"fields.{destination}.{field}", f"'{name}' is filled twice", "Give each field its own")
