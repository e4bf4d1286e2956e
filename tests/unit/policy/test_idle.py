"""Doubts about what a policy says without effect: nothing a marketer wrote is passed over in silence."""

from __future__ import annotations

import pytest

from abm.policy.idle import idle_doubts

ONE, FEW, MANY = "styles: {one_to_one: ", "styles: {one_to_few: ", "styles: {one_to_many: "
BANKS = "{name: %s, label: B, rules: [{attribute: country, values: [US]}], starts_on: '%s', ends_on: '%s', seats: %s}"


@pytest.fixture
def doubted(policy_with):
    return lambda text: {fault.where: str(fault) for fault in idle_doubts(policy_with(text))}


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("review: {max_moves_share: 0.0, max_moves_minimum: 0}", "review.max_moves_share", "moves nobody, ever"),
        ("review: {minimum_stay_days: 92}", "review.minimum_stay_days", "outlasts the 91 days between reviews"),
        ("review: {score_margin: 100.0}", "review.score_margin", "no challenger"),
        ("review: {leave_margin: 1.0}", "review.leave_margin", "never leaves"),
        ("review: {new_accounts_up_to: one_to_one}", "review.new_accounts_up_to", "without a review"),
        ("rotation: {enabled: true}\nstyles: {one_to_many: {enabled: false}}", "rotation.enabled", "switched off"),
        ("rotation: {enabled: true}\nstyles: {one_to_many: {audience: false}}", "rotation.enabled", "no audience"),
        ("pilot: {domains: [a.example]}", "pilot.domains", "switched off"),
        (
            "pilot: {enabled: true, domains: [a.example]}\nsuppression: {suppressed_domains: [a.example]}",
            "pilot.domains", "a.example is suppressed",
        ),
        (
            "suppression: {own_domains: [a.example], competitor_domains: [a.example]}",
            "suppression.competitor_domains", "a.example stands in own_domains too",
        ),
        ("contact_pressure: {max_touches_per_person: {one_to_many: 0}}",
         "contact_pressure.max_touches_per_person.one_to_many", "every touch is too many"),
        ("mqa: {thresholds: {one_to_one: [{minutes: 9, people: 1}]}}", "mqa.thresholds.one_to_one", "no lease leads"),
        (FEW + "{enabled: false}}", "leases.targets.one_to_many", "'one_to_few', which is switched off"),
        (ONE + "{seats: {lease_reserve: 15}}}", "styles.one_to_one.seats.lease_reserve", "all 15 seats"),
        (ONE + "{seats: {lease_reserve: 14, manual_seats: 2}}}", "styles.one_to_one.seats.manual_seats", "the 1 seat"),
        (ONE + "{needs_team: always, required_entitlements: [], entitlements: {team_roles: []}}}",
         "styles.one_to_one.needs_team", "names no role"),
        (f"programmes: [{BANKS % ('a', '2026-03-01', '2026-04-01', 0)}]", "programmes[0].seats", "is 0"),
        ((f"programmes: [{BANKS % ('a', '2026-03-01', '2026-04-01', 6)},"
         f" {BANKS % ('b', '2026-03-31', '2026-05-01', 5)}]"), "programmes[1].seats", "11 seats together"),
        (f"{FEW}{{enabled: false}}}}\nprogrammes: [{BANKS % ('a', '2026-03-01', '2026-04-01', 6)}]",
         "programmes[0]", "switched off"),
        (FEW + "{seats: {accounts_per_cluster: 12}}}\nmicro_segments: {maximum_accounts: 11, minimum_accounts: 5}",
         "styles.one_to_few.seats.accounts_per_cluster", "5 to 11"),
        ("checks: {landing_volume_drop: {limit: 30.0}}", "checks.landing_volume_drop.limit", "30 is above 1"),
        ("factors: {strategic_fit: 0, influence: 0, engagement: 0, cltv: 0}", "factors", "revenue_potential alone"),
        ("seniorities: {c_level: 0.4}", "seniorities.c_level", "less than anybody else's"),
        ("engagement: {window_days: 29}", "engagement.window_days", "shorter than the 30 days of mqa.window_days"),
        ("cltv: {margin: 0.0}", "cltv.margin", "no account is worth anything"),
        ("cltv: {prospect_discount: 0.0}", "cltv.prospect_discount", "no prospect is worth anything"),
        (ONE + "{spend: {low: 0, planned: 0}}}", "styles.one_to_one.spend.planned", "cost nothing"),
        ("portfolio: {prospect_seat_share: 0.6}", "portfolio.prospect_seat_share", "60% of 1:One seats"),
        ("mqa: {triggers: [{name: a, label: A, activity: email_open, window_days: 3}]}",
         "mqa.triggers[0].activity", "machines open mails"),
        ("engagement: {breadth_share: 0.9, collaboration_share: 0.1}", "engagement.breadth_share", "time spent"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_told(doubted, text, where, told):
    assert told in doubted(text)[where]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "review: {max_moves_share: 0.0}",
        "review: {minimum_stay_days: 91}",
        "rotation: {enabled: true}",
        "audience_lists: {people: plain}",
        "seniorities: {c_level: 0.5}",
        "portfolio: {prospect_seat_share: 0.5}",
        "factors: {strategic_fit: 0, influence: 0, engagement: 0}",
        "mqa: {thresholds: {one_to_one: []}}",
        ONE + "{seats: {lease_reserve: 13, manual_seats: 2}}}",
        f"programmes: [{BANKS % ('a', '2026-03-01', '2026-04-01', 6)}, {BANKS % ('b', '2026-04-01', '2026-05-01', 5)}]",
    ],
)
def test_what_has_an_effect_is_not_told(doubted, text):
    assert doubted(text) == {}


def test_a_currency_alone_is_told(policy_with):
    alone = policy_with("{}").model_copy(update={"rates": {"USD": 1.0}})
    assert "amounts in one stay unknown" in str(*idle_doubts(alone))
