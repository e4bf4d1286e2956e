"""Traits by which profiles and programmes name accounts: which forms can match, and which values nobody is known by."""

from __future__ import annotations

import csv
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from abm.errors import Fault
from abm.policy.decision_tables import comparable
from abm.settings import PROJECT_DIR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from abm.policy.decisions import SegmentRule
    from abm.policy.schema import Policy
    from abm.policy.scoring import ProfileRule

_SEEDS = PROJECT_DIR / "dbt_project" / "seeds"
_NUMERIC = frozenset({"employees", "annual_revenue"})
# Attributes with a list of what is known: its seed, the column as written and the column rules compare with.
_KNOWN = {
    "industry": ("industries.csv", "industry_as_written", "industry"),
    "country": ("countries.csv", "country_as_written", "country"),
    "region": ("regions.csv", "region", "region"),
}


def broken_traits(policy: Policy) -> Iterator[Fault]:
    """Yield every rule whose form can match no account."""
    for path, rule in _rules(policy):
        has_range = rule.from_ is not None or rule.below is not None
        if rule.attribute in _NUMERIC and (rule.values is not None or not has_range):
            yield Fault(path, f"needs a range for {rule.attribute}", "Give from, below or both, and no values")
        if rule.attribute not in _NUMERIC and (has_range or not rule.values):
            yield Fault(path, f"needs values for {rule.attribute}", "Give a list of values, and neither from nor below")
        if rule.from_ is not None and rule.below is not None and rule.from_ >= rule.below:
            yield Fault(f"{path}.from", f"{rule.from_:g} is not below {rule.below:g}", "Swap them")


def trait_doubts(policy: Policy) -> Iterator[Fault]:
    """Yield every value that the lists of industries, countries and regions do not have; new ones may come."""
    for path, rule in _rules(policy):
        if rule.attribute not in _KNOWN:
            continue
        known = _known_values(rule.attribute)
        for value in rule.values or ():
            written = comparable(value)
            if written not in {comparable(name) for name in known.values()}:
                yield Fault(
                    f"{path}.values", f"'{value}' is no {rule.attribute} that we know", _remedy(written, rule.attribute)
                )


def _remedy(written: str, attribute: str) -> str:
    known = _known_values(attribute)
    if written in known:
        return f"Write '{known[written]}', by which such accounts are known"
    near = get_close_matches(written, sorted(set(known.values())), n=1)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    return f"{guess}It matches only accounts recorded with just this {attribute}"


def _rules(policy: Policy) -> Iterator[tuple[str, ProfileRule | SegmentRule]]:
    for index, profile in enumerate(policy.profiles):
        yield from _placed(f"profiles[{index}]", profile.rules)
    for index, programme in enumerate(policy.programmes):
        yield from _placed(f"programmes[{index}]", programme.rules)


def _placed(path: str, rules: Sequence[ProfileRule | SegmentRule]) -> Iterator[tuple[str, ProfileRule | SegmentRule]]:
    for number, rule in enumerate(rules):
        yield f"{path}.rules[{number}]", rule


@cache
def _known_values(attribute: str) -> Mapping[str, str]:
    """Return what rules compare with by what people write, in comparable text."""
    file_name, as_written, as_compared = _KNOWN[attribute]
    with (_SEEDS / file_name).open(encoding="utf-8", newline="") as file:
        return {comparable(row[as_written]): row[as_compared] for row in csv.DictReader(file)}
