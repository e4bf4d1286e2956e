"""Doubts about meaning: each departure from the practice is told once, with the practice's reason."""

from __future__ import annotations

import pytest

from abm.policy.load import load_policy
from abm.policy.practice import practice_doubts

ONE, FEW, MANY = "styles: {one_to_one: ", "styles: {one_to_few: ", "styles: {one_to_many: "


@pytest.fixture
def doubted(policy_with):
    return lambda text: {fault.where: str(fault) for fault in practice_doubts(policy_with(text))}


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("factors: {cltv: 10}", "factors", "sum to 95"),
        (ONE + "{seats: {marketers: [], limit: 10}}}", "styles.one_to_one.seats", "without marketers"),
        (FEW + "{seats: {marketers: 0, limit: 40}}}", "styles.one_to_few.seats", "without marketers"),
        (ONE + "{seats: {accounts_per_marketer: 6}}}", "styles.one_to_one.seats.accounts_per_marketer", "about 5"),
        (FEW + "{seats: {clusters_per_marketer: 7}}}", "styles.one_to_few.seats.clusters_per_marketer", "6 clusters"),
        (FEW + "{seats: {accounts_per_cluster: 16}}}", "styles.one_to_few.seats.accounts_per_cluster", "5 to 15"),
        (FEW + "{seats: {accounts_per_cluster: 4}}}", "styles.one_to_few.seats.accounts_per_cluster", "5 to 15"),
        (ONE + "{seats: {marketers: 9}}}", "styles.one_to_one.seats", "3 times the median of 14"),
        (FEW + "{seats: {marketers: 3}}}", "styles.one_to_few.seats", "3 times the median of 50"),
        ("leases: {days: 47}", "leases.days", "94 days"),
        (MANY + "{seats: {lease_reserve: 0}}}", "leases.targets.targeted_demand_gen", "reserves no seat"),
        ("mqa: {cool_down_days: 29}", "mqa.cool_down_days", "shorter than the window of 30"),
        ("review: {every_days: 93}", "review.every_days", "quarterly"),
        ("review: {leave_margin: 0.0}", "review.leave_margin", "flap"),
        ("review: {minimum_stay_days: 0}", "review.minimum_stay_days", "let a style last"),
        ("guards: {release: {max_style_change_share: 1.0}}", "guards.release.max_style_change_share", "never fire"),
        (
            "guards: {default: {each_audience: {max_remove_share: 1.0}}}",
            "guards.default.each_audience.max_remove_share", "never fire",
        ),
        ("guards: {destinations: {nowhere: {first_sync: send}}}", "guards.destinations.nowhere", "sent nothing"),
        (
            "guards: {destinations: {linkedin: {audiences: {Programe wide: {max_remove_count: 5}}}}}",
            "guards.destinations.linkedin.audiences.Programe wide", "no audience",
        ),
        (
            "guards: {destinations: {linkedin: {max_remove_share: 1.0}}}",
            "guards.destinations.linkedin.max_remove_share", "never fire",
        ),
        ("guards: {default: {minimum_rows: 10001}}", "guards.default.minimum_rows", "hardly ever count"),
        ("activities: {email_open: {minutes: 3}}", "activities.email_open.minutes", "opens count least"),
        (
            "pilot: {enabled: true, domains: [a.example, b.example, c.example, d.example]}",
            "pilot.domains", "two or three",
        ),
        ("portfolio: {minimum_targeted_share: 0.4}", "portfolio.minimum_targeted_share", "at least half"),
    ],
)  # fmt: skip
def test_a_departure_from_the_practice_is_told_with_its_reason(doubted, text, where, told):
    assert told in doubted(text)[where]


@pytest.mark.parametrize(
    "text",
    [
        "factors: {cltv: 20, influence: 5}",
        ONE + "{seats: {marketers: 8, accounts_per_marketer: 5}}}",
        FEW + "{seats: {clusters_per_marketer: 6, accounts_per_cluster: 15}}}",
        "leases: {days: 46}",
        "mqa: {cool_down_days: 30}",
        "review: {every_days: 92, leave_margin: 0.01}",
        "guards: {default: {minimum_rows: 10000}, release: {max_style_change_share: 0.99}}",
        "guards: {default: {max_remove_share: 1.0, max_remove_count: 100}}",
        "pilot: {enabled: true, domains: [a.example, b.example, c.example]}",
    ],
)
def test_the_practice_itself_is_not_doubted(doubted, text):
    assert doubted(text) == {}


def test_the_defaults_are_the_practice():
    assert list(practice_doubts(load_policy(None))) == []
