"""Rules across keys: bands meet, seats follow from people and money, promises come first."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.policy.doubts import doubts
from abm.policy.load import DEFAULT_POLICY
from abm.policy.overlay import overlay
from abm.policy.rules import broken_rules
from abm.policy.schema import Policy
from abm.policy.seats import seats

DEFAULTS = yaml.safe_load(Path(DEFAULT_POLICY).read_text(encoding="utf-8"))
ONE, FEW, MANY = "styles: {one_to_one: ", "styles: {one_to_few: ", "styles: {one_to_many: "


def policy(text: str = "{}") -> Policy:
    return Policy.model_validate(overlay(DEFAULTS, yaml.safe_load(text)))


def broken(text: str) -> dict[str, str]:
    return {fault.where: str(fault) for fault in broken_rules(policy(text))}


def doubted(text: str) -> dict[str, str]:
    return {fault.where: str(fault) for fault in doubts(policy(text))}


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        (FEW + "{potential_below: 1500000}}", "styles.one_to_few.potential_below", "1,500,000.00 does not meet"),
        (FEW + "{potential_below: 2500000}}", "styles.one_to_few.potential_below", "2,500,000.00 does not meet"),
        (FEW + "{potential_below: null}}", "styles.one_to_few.potential_below", "null does not meet"),
        (
            FEW + "{enabled: false, potential_below: 1500000}}",
            "styles.one_to_many.potential_below", "250,000.00 does not meet styles.one_to_one",
        ),
        (FEW + "{potential_from: 3000000}}", "styles.one_to_few.potential_from", "is not below potential_below"),
        (ONE + "{potential_below: 9000000}}", "styles.one_to_one.potential_below", "closes the highest band"),
        (MANY + "{potential_from: null}}", "styles.one_to_many.potential_from", "is null, potential_below is not"),
        (MANY + "{potential_from: 100}}", "styles.one_to_many.potential_from", "leaves a gap down to 0"),
        (ONE + "{seats: {marketers: 0}}}", "styles.one_to_one.seats.marketers", "names nobody"),
        (FEW + "{seats: {marketers: []}}}", "styles.one_to_few.seats.marketers", "names nobody"),
        (ONE + "{seats: {accounts_per_marketer: null}}}", "styles.one_to_one.seats.marketers[0]", "has no capacity"),
        (FEW + "{seats: {accounts_per_cluster: null}}}", "styles.one_to_few.seats.marketers[0]", "has no capacity"),
        (MANY + "{spend: {low: 0, planned: 0}}}", "styles.one_to_many.spend.planned", "no seats follow"),
        (MANY + "{spend: {low: 9000}}}", "styles.one_to_many.spend.low", "is above spend.high"),
        (ONE + "{entitlements: null}}", "styles.one_to_one.entitlements", "promised"),
        (ONE + "{entitlements: {team_roles: []}}}", "styles.one_to_one.entitlements.team_roles", "is required"),
        (ONE + "{entitlements: {content: null}}}", "styles.one_to_one.entitlements.content", "required and missing"),
        (
            "factors: {revenue_potential: 0, strategic_fit: 0, influence: 0, engagement: 0, cltv: 0}",
            "factors", "have no weight above 0",
        ),
        ("influence: {size_points: 10}", "influence", "has 80 points"),
        ("engagement: {collaboration_share: 0.8}", "engagement.collaboration_share", "are 1.1 together"),
        ("cltv: {zero_at: 10000000}", "cltv.zero_at", "is not below full_at"),
        ("audiences: {lists: {one_to_few: programme_wide}}", "audiences.lists.one_to_few", "names several styles"),
        ("fields: {hubspot: {abm_reason: abm_style}}", "fields.hubspot.abm_reason", "is filled twice"),
    ],
)  # fmt: skip
def test_each_broken_rule_is_told(text: str, where: str, told: str):
    assert told in broken(text)[where]


def test_switched_off_styles_need_neither_people_nor_promises():
    assert broken(
        "styles: {one_to_one: {enabled: false, seats: {marketers: 0}, entitlements: null, potential_below: 9}}"
    ) == {
        "styles.one_to_few.potential_below": broken("styles: {one_to_one: {enabled: false, potential_below: 9}}")[
            "styles.one_to_few.potential_below"
        ]
    }


def test_a_company_may_use_a_single_style():
    off = "{enabled: false}"
    text = f"one_to_many: {{potential_below: null}}, one_to_one: {off}, one_to_few: {off}, targeted_demand_gen: {off}"
    assert broken(f"styles: {{{text}}}") == {}
    assert seats(policy(f"styles: {{{text}}}")) == {"one_to_many": 500}


def test_all_styles_off_is_no_policy():
    off = ", ".join(f"{name}: {{enabled: false}}" for name in DEFAULTS["styles"])
    assert "are all switched off" in broken(f"styles: {{{off}}}")["styles"]


def test_a_style_left_out_of_a_whole_policy_is_missed():
    document = DEFAULTS | {
        "styles": {name: style for name, style in DEFAULTS["styles"].items() if name != "one_to_few"}
    }
    assert "styles.one_to_few" in {fault.where for fault in broken_rules(Policy.model_validate(document))}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{attribute: employees, values: ['100'], points: 100}", "needs a range for employees"),
        ("{attribute: employees, points: 100}", "needs a range for employees"),
        ("{attribute: industry, from: 1, points: 100}", "needs values for industry"),
        ("{attribute: industry, values: [], points: 100}", "needs values for industry"),
        ("{attribute: employees, from: 100, below: 100, points: 100}", "is not below"),
        ("{attribute: country, values: [se], points: 60}", "give 60 points"),
    ],
)
def test_profile_rules_match_their_attribute(rule: str, told: str):
    assert told in " ".join(broken(f"profiles: [{{name: one, label: One, rules: [{rule}]}}]").values())


def test_two_profiles_of_one_name_are_refused():
    one = "{name: one, label: One, rules: [{attribute: country, values: [se], points: 100}]}"
    assert "profiles[1].name" in broken(f"profiles: [{one}, {one}]")


@pytest.mark.parametrize(
    ("seats_text", "expected"),
    [
        ("{marketers: 3, accounts_per_marketer: 5}", 15),
        ("{marketers: [{name: EMEA, accounts: 2}, {name: Americas}], accounts_per_marketer: 5}", 7),
        ("{marketers: 2, clusters_per_marketer: 6, accounts_per_cluster: 15}", 180),
        ("{marketers: [{name: EMEA, clusters: 2}], accounts_per_cluster: 10}", 20),
        ("{annual_budget: 2500}", 2),
        ("{annual_budget: 2500, limit: 1}", 1),
        ("{marketers: 1, accounts_per_marketer: 5, annual_budget: 3000}", 3),
        ("{limit: 0}", 0),
        ("{annual_budget: 1000000000000000}", None),
        ("{}", None),
    ],
)
def test_seats_are_the_least_of_what_people_and_money_allow(seats_text: str, expected: int | None):
    document = {**DEFAULTS["styles"]["one_to_many"], "seats": yaml.safe_load(seats_text)}
    whole = Policy.model_validate(DEFAULTS | {"styles": DEFAULTS["styles"] | {"one_to_many": document}})
    assert seats(whole)["one_to_many"] == expected


@given(marketers=st.integers(0, 50), more=st.integers(0, 50), each=st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_more_marketers_never_mean_fewer_seats(marketers: int, more: int, each: int):
    def one_to_one(number: int) -> int:
        text = f"{{one_to_one: {{seats: {{marketers: {number}, accounts_per_marketer: {each}}}}}}}"
        return seats(policy(f"styles: {text}"))["one_to_one"] or 0

    assert one_to_one(marketers + more) >= one_to_one(marketers)


NOWHERE = ", ".join(f"{name}: {{one_to_few: null}}" for name in ("linkedin", "google", "meta", "lists"))


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        (ONE + "{label: Tier 1}}", "styles.one_to_one.label", "'Tier 1' is a tier"),
        (FEW + "{label: TIER2 accounts}}", "styles.one_to_few.label", "is a tier"),
        (FEW + "{audience: true}}\naudiences: {" + NOWHERE + "}",
         "styles.one_to_few.audience", "no destination names it"),
        (ONE + "{seats: {marketers: 8}}}", "styles.one_to_one.seats", "hold 40 accounts, many for bespoke work"),
        (MANY + "{seats: {annual_budget: 10}}}", "styles.one_to_many.seats", "hold no account"),
        (MANY + "{spend: {planned: 5000}}}", "styles.one_to_many.spend.planned", "5,000 is outside 300 to 3,000"),
        ("audiences: {lists: {one_to_few: Bank clients}}", "audiences.lists.one_to_few", "'Bank clients' may suggest"),
        ("rates: {USD: 2}", "rates.USD", "is read as 1"),
    ],
)  # fmt: skip
def test_doubts_warn_and_do_not_refuse(text: str, where: str, told: str):
    assert told in doubted(text)[where].replace("It is read", "is read")
    assert broken(text) == {}


def test_a_label_that_only_sounds_like_a_tier_is_fine():
    assert doubted(ONE + "{label: Frontier accounts}}") == {}


@pytest.mark.parametrize("style", ["one_to_one", "one_to_few", "one_to_many"])
def test_a_style_is_switched_off_by_its_switch_alone(style: str):
    assert broken(f"styles: {{{style}: {{enabled: false}}}}") == {}
