"""Rules across the keys of leases, qualification, programmes and clusters."""

from __future__ import annotations

import pytest

from abm.policy.decision_rules import broken_decision_rules

ONE, FEW = "styles: {one_to_one: ", "styles: {one_to_few: "
PROGRAMME = (
    "{name: banks, label: Banks, rules: [{attribute: industry, values: [banking]}], "
    "starts_on: '2026-03-01', ends_on: '%s', seats: %s}"
)


@pytest.fixture
def broken(policy_with):
    return lambda text: {fault.where: str(fault) for fault in broken_decision_rules(policy_with(text))}


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        (ONE + "{seats: {lease_reserve: 16}}}", "styles.one_to_one.seats.lease_reserve", "more than the 15 seats"),
        (ONE + "{seats: {manual_seats: 16}}}", "styles.one_to_one.seats.manual_seats", "more than the 15 seats"),
        ("leases: {targets: {one_to_one: one_to_few}}", "leases.targets.one_to_one", "not a higher style"),
        ("leases: {targets: {one_to_few: one_to_few}}", "leases.targets.one_to_few", "not a higher style"),
        (
            "mqa: {thresholds: {one_to_few: [{employees_below: 100, minutes: 1, people: 1}]}}",
            "mqa.thresholds.one_to_few", "leaves some sizes",
        ),
        (
            "mqa: {thresholds: {one_to_few: [{employees_from: 5, minutes: 1, people: 1}]}}",
            "mqa.thresholds.one_to_few", "leaves some sizes",
        ),
        (
            ("mqa: {thresholds: {one_to_few: [{employees_below: 100, minutes: 1, people: 1},"
            " {employees_from: 200, minutes: 1, people: 1}]}}"),
            "mqa.thresholds.one_to_few", "do not meet at 200",
        ),
        (
            "mqa: {triggers: [{name: a, label: A, activity: dance, window_days: 3}]}",
            "mqa.triggers[0].activity", "no kind of activity",
        ),
        (
            "mqa: {triggers: [{name: a, label: A, activity: call, people: 2, window_days: 3}]}",
            "mqa.triggers[0].people", "more than its activities",
        ),
        (
            ("mqa: {triggers: [{name: a, label: A, activity: call, window_days: 3},"
            " {name: a, label: B, activity: call, window_days: 3}]}"),
            "mqa.triggers", "'a' 2 times",
        ),
        (
            "mqa: {triggers: [{name: depth_and_breadth, label: A, activity: call, window_days: 3}]}",
            "mqa.triggers[0].name", "by minutes and people",
        ),
        (f"programmes: [{PROGRAMME % ('2026-03-01', 5)}]", "programmes[0].ends_on", "is not after 2026-03-01"),
        (f"programmes: [{PROGRAMME % ('2026-05-01', 11)}]", "programmes[0].seats", "more than the 10 seats"),
        ("micro_segments: {maximum_accounts: 8}", "micro_segments.maximum_accounts", "cannot be split"),
        ("pilot: {enabled: true}", "pilot.domains", "nothing would be sent"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_told(broken, text, where, told):
    assert told in broken(text)[where]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        f"programmes: [{PROGRAMME % ('2026-03-02', 10)}]",
        "micro_segments: {minimum_accounts: 5, maximum_accounts: 9}",
        ONE + "{seats: {lease_reserve: 15}}}",
        "mqa: {thresholds: {one_to_few: [{minutes: 1, people: 1}]}}",
    ],
)
def test_what_keeps_the_rules_is_not_told(broken, text):
    assert broken(text) == {}
