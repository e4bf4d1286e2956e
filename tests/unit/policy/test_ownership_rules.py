"""What is left behind where an account or member leaves fits the destination."""

from __future__ import annotations

import pytest
import yaml

from abm.policy.load import DEFAULT_POLICY, overlay
from abm.policy.rules import broken_rules
from abm.policy.schema import Policy

DEFAULTS = yaml.safe_load(DEFAULT_POLICY.read_text(encoding="utf-8"))


def broken(text: str) -> dict[str, str]:
    policy = Policy.model_validate(overlay(DEFAULTS, yaml.safe_load(text)))
    return {fault.where: str(fault) for fault in broken_rules(policy)}


@pytest.mark.parametrize(
    ("destination", "removal", "told"),
    [
        ("salesforce", "remove", "a CRM's records are never removed"),
        ("linkedin", "leave", "may be one who opted out"),
        ("meta", "clear", "may be one who opted out"),
    ],
)
def test_removal_that_a_destination_cannot_do_is_a_fault(destination: str, removal: str, told: str):
    faults = broken(f"ownership: {{removals: {{{destination}: {removal}}}}}")
    assert list(faults) == [f"ownership.removals.{destination}"]
    assert told in faults[f"ownership.removals.{destination}"]


def test_a_crm_may_keep_what_was_written_and_edits_may_stay():
    assert broken("ownership: {removals: {hubspot: leave}, edits: {abm_reason: until_end}}") == {}


def test_a_style_edited_by_hand_is_no_choice_of_this_part():
    with pytest.raises(ValueError, match="abm_style"):
        broken("ownership: {edits: {abm_style: restore}}")
