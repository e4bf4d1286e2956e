"""The styles' names, highest first, and what others call them."""

from __future__ import annotations

from typing import Literal

StyleName = Literal["one_to_one", "one_to_few", "one_to_many", "targeted_demand_gen"]

STYLES: tuple[StyleName, ...] = ("one_to_one", "one_to_few", "one_to_many", "targeted_demand_gen")

ALIASES: dict[str, StyleName] = {
    "strategic": "one_to_one",
    "strategic_abm": "one_to_one",
    "1:1": "one_to_one",
    "1:one": "one_to_one",
    "one_to_one_abm": "one_to_one",
    "key": "one_to_few",
    "lite": "one_to_few",
    "abm_lite": "one_to_few",
    "1:few": "one_to_few",
    "potential": "one_to_many",
    "programmatic": "one_to_many",
    "programmatic_abm": "one_to_many",
    "1:many": "one_to_many",
    "targeted": "targeted_demand_gen",
    "targeted_demand_generation": "targeted_demand_gen",
}


def canonical_style(name: str) -> StyleName | None:
    """Return the style's own name for any of its known names, or None."""
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    return next((style for style in STYLES if style == key), None) or ALIASES.get(key)
