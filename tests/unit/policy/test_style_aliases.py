"""The seed that SQL knows styles by, and the names that the policy knows."""

from __future__ import annotations

import csv

from abm.policy.styles import ALIASES, STYLES
from abm.transform import DBT_PROJECT_DIR


def test_seed_and_policy_know_the_same_names() -> None:
    with (DBT_PROJECT_DIR / "seeds" / "style_aliases.csv").open(newline="") as file:
        seed = {row["alias"]: row["style"] for row in csv.DictReader(file)}
    assert seed == {**ALIASES, **{style: style for style in (*STYLES, "none")}}
