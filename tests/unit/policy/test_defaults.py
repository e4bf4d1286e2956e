"""The defaults speak the words that the seeds translate to; a word of another spelling would never match."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from abm.policy.load import load_policy
from abm.policy.tables import profiles, settings

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
POLICY = load_policy(None)


def column(seed: str, name: str) -> set[str]:
    with (SEEDS / seed).open(encoding="utf-8", newline="") as file:
        return {row[name].lower() for row in csv.DictReader(file)}


@pytest.mark.parametrize("attribute", ["industry", "country"])
def test_profiles_name_what_the_seeds_translate_to(attribute: str):
    seed = {"industry": "industries.csv", "country": "countries.csv"}[attribute]
    named = {row["value_text"] for row in profiles(POLICY) if row["attribute"] == attribute}
    assert named
    assert named <= column(seed, attribute)


def test_every_activity_of_the_seed_is_worth_something():
    assert column("activity_types.csv", "activity_type") <= set(POLICY.activities)


def test_settings_have_one_value_each_under_one_name():
    rows = list(settings(POLICY))
    assert len({row["setting"] for row in rows}) == len(rows)
    for row in rows:
        values = [row["value_text"], row["value_number"], row["value_boolean"]]
        assert sum(value is not None for value in values) == 1


def test_opens_count_least_and_the_top_counts_double():
    minutes = {name: activity.minutes for name, activity in POLICY.activities.items()}
    assert min(minutes, key=minutes.__getitem__) == "email_open"
    assert minutes["email_open"] == 0.1
    assert POLICY.seniorities.model_dump() == {"c_level": 2, "vp": 1.5, "director": 1.25, "manager": 1, "other": 0.5}


def test_advertising_audiences_are_on_for_one_to_many_only():
    assert [name for name, style in POLICY.enabled_styles.items() if style.audience] == ["one_to_many"]


def test_guards_of_a_destination_not_named_are_the_default():
    assert POLICY.guards.of("elsewhere") == POLICY.guards.default
    assert POLICY.guards.of("linkedin") == POLICY.guards.destinations["linkedin"]
