"""Rules for experiments: designs fit their style, arms are not empty, rates can be told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from abm.policy.load import DEFAULT_POLICY
from abm.policy.overlay import overlay
from abm.policy.rules import broken_rules
from abm.policy.schema import Policy

DEFAULTS = yaml.safe_load(Path(DEFAULT_POLICY).read_text(encoding="utf-8"))
HOLDOUT = {
    "name": "adverts",
    "label": "Adverts to accounts",
    "style": "one_to_many",
    "holdout_share": 0.2,
    "baseline_rate": 0.1,
    "detectable_lift": 0.3,
    "starts_on": "2026-03-02",
}
STEPPED = {**HOLDOUT, "style": "one_to_few", "holdout_share": None, "step_days": 14, "clusters_per_step": 2}


def broken(experiments: list[dict[str, Any]], **parts: Any) -> dict[str, str]:
    policy = Policy.model_validate(overlay(DEFAULTS, {"experiments": experiments, **parts}))
    return {fault.where: str(fault) for fault in broken_rules(policy)}


@pytest.mark.parametrize("experiment", [HOLDOUT, {**HOLDOUT, "style": "targeted_demand_gen"}, STEPPED])
def test_a_design_that_fits_its_style_is_accepted(experiment: dict[str, Any]) -> None:
    assert broken([experiment]) == {}


@pytest.mark.parametrize(
    ("experiment", "key", "told"),
    [
        ({**HOLDOUT, "style": "one_to_one"}, "style", "nobody is held out"),
        ({**HOLDOUT, "style": "one_to_few"}, "holdout_share", "cluster by cluster"),
        ({**STEPPED, "step_days": None}, "step_days", "is missing"),
        ({**STEPPED, "clusters_per_step": None}, "clusters_per_step", "is missing"),
        ({**HOLDOUT, "holdout_share": None}, "holdout_share", "is missing"),
        ({**HOLDOUT, "holdout_share": 0.0}, "holdout_share", "leaves one arm empty"),
        ({**HOLDOUT, "holdout_share": 1.0}, "holdout_share", "leaves one arm empty"),
        ({**HOLDOUT, "step_days": 7}, "step_days", "has no clusters"),
        ({**HOLDOUT, "baseline_rate": 0.0}, "baseline_rate", "no lift can be told"),
        ({**HOLDOUT, "detectable_lift": 9.1}, "detectable_lift", "101%"),
        ({**HOLDOUT, "ends_on": "2026-03-01"}, "ends_on", "is before starts_on"),
    ],
)
def test_a_test_that_cannot_be_read_is_refused(experiment: dict[str, Any], key: str, told: str) -> None:
    faults = broken([experiment])
    assert told in faults[f"experiments[0].{key}"]


def test_a_lift_to_every_account_and_a_test_of_one_day_are_allowed() -> None:
    assert broken([{**HOLDOUT, "detectable_lift": 9.0, "ends_on": "2026-03-02"}]) == {}


def test_a_style_that_is_switched_off_has_no_tests() -> None:
    faults = broken([HOLDOUT | {"style": "targeted_demand_gen"}], styles={"targeted_demand_gen": {"enabled": False}})
    assert "is switched off" in faults["experiments[0].style"]


def test_one_name_may_run_in_two_styles_but_not_twice_in_one() -> None:
    assert broken([HOLDOUT, {**HOLDOUT, "style": "targeted_demand_gen"}]) == {}
    assert "stands twice" in broken([HOLDOUT, HOLDOUT])["experiments[1].name"]
