"""Guards as the policy writes them: whoever is named says only what differs."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from abm.policy.faults import faults_of
from abm.policy.load import load_policy
from abm.policy.rules import broken_rules


def test_destination_has_the_default_for_what_it_does_not_name(policy_with):
    guards = policy_with(
        "guards: {default: {max_update_share: 0.3}, destinations: {google: {first_sync: send}}}"
    ).guards
    assert guards.of("google") == guards.default.model_copy(update={"first_sync": "send"})
    assert guards.of("linkedin").max_update_share == 0.3
    assert guards.of("elsewhere") == guards.default


def test_audience_has_its_destinations_for_what_it_does_not_name(policy_with):
    own = "each_audience: {max_create_share: 0.4}, audiences: {core: {max_remove_count: 3}}"
    guard = policy_with(f"guards: {{destinations: {{linkedin: {{{own}}}}}}}").guards.of("linkedin")
    assert guard.audiences["core"] == guard.each_audience.model_copy(update={"max_remove_count": 3})
    assert guard.audiences["core"].max_create_share == 0.4


def test_field_of_the_default_can_be_left_unwatched(policy_with):
    guards = policy_with("guards: {destinations: {hubspot: {fields: {abm_style: null}}}}").guards
    assert guards.of("hubspot").fields["abm_style"] is None
    assert guards.of("salesforce").fields["abm_style"] is not None


def test_fault_of_the_default_is_told_once_and_one_of_a_destination_beside_it(policy_with):
    with pytest.raises(ValidationError) as told:
        policy_with(
            "guards: {default: {max_remove_share: 7, first_sync: ask}, destinations: {linkedin: {max_create_share: x}}}"
        )
    assert sorted(fault.where for fault in faults_of(told.value)) == [
        "guards.default.first_sync",
        "guards.default.max_remove_share",
        "guards.destinations.linkedin.max_create_share",
    ]


@pytest.mark.parametrize("text", ["guards: {destinations: {linkedin: 5}}", "guards: {default: 5}", "guards: 5"])
def test_what_is_no_mapping_is_refused_as_such(policy_with, text):
    with pytest.raises(ValidationError) as told:
        policy_with(text)
    assert all("mapping" in str(fault) for fault in faults_of(told.value))


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            "guards: {default: {fields: {abm_reason: {moved_by_over: 3, max_moved_share: 0.1}}}}",
            ["guards.default.fields.abm_reason.moved_by_over"],
        ),
        (
            "guards: {destinations: {hubspot: {fields: {abm_style: {moved_by_over: 1, max_moved_share: 0.1}}}}}",
            ["guards.destinations.hubspot.fields.abm_style.moved_by_over"],
        ),
        ("guards: {default: {fields: {abm_cltv_score: {moved_by_over: 3, max_moved_share: 0.1}}}}", []),
    ],
)
def test_only_numbers_move_by_an_amount(policy_with, text, paths):
    assert [fault.where for fault in broken_rules(policy_with(text))] == paths


def test_first_sync_of_a_platform_asks_and_of_lists_does_not():
    guards = load_policy(None).guards
    first = {name: guards.of(name).first_sync for name in ("salesforce", "hubspot", "linkedin", "google", "meta")}
    assert set(first.values()) == {"approve"}
    assert guards.of("lists").first_sync == "send"
