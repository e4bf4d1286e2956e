"""Traits of profiles and programmes: refused where they can match nothing, doubted where nobody is known by them."""

from __future__ import annotations

import pytest

from abm.policy.traits import broken_traits, trait_doubts

PROFILE = (
    "profiles: [{name: a, label: A, rules: [{attribute: employees, from: 1, points: 50},"
    " {attribute: %s, values: [%s], points: 50}]}]"
)
PROGRAMME = "programmes: [{name: a, label: A, rules: [%s], starts_on: '2026-03-01', ends_on: '2026-04-01', seats: 1}]"


@pytest.fixture
def broken(policy_with):
    return lambda text: {fault.where: str(fault) for fault in broken_traits(policy_with(text))}


@pytest.fixture
def doubted(policy_with):
    return lambda text: {fault.where: str(fault) for fault in trait_doubts(policy_with(text))}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{attribute: employees, values: [many]}", "needs a range for employees"),
        ("{attribute: annual_revenue}", "needs a range for annual_revenue"),
        ("{attribute: industry, from: 3}", "needs values for industry"),
        ("{attribute: competitor, values: []}", "needs values for competitor"),
    ],
)
def test_a_rule_of_the_wrong_form_is_refused(broken, rule, told):
    assert told in broken(PROGRAMME % rule)["programmes[0].rules[0]"]


def test_an_empty_range_is_refused(broken):
    told = broken(PROGRAMME % "{attribute: employees, from: 9, below: 9}")
    assert "9 is not below 9" in told["programmes[0].rules[0].from"]


@pytest.mark.parametrize(
    ("attribute", "value", "told"),
    [
        ("industry", "bankng", "Did you mean 'banking'?"),
        ("industry", "Apparel & Fashion", "Write 'apparel'"),
        ("country", "Germany", "Write 'DE'"),
        ("country", "XX", "is no country"),
        ("region", "erope", "Did you mean 'europe'?"),
        ("technology", "snowflake", None),
        ("industry", "Capital_Markets", None),
        ("country", "us", None),
    ],
)
def test_a_value_that_no_seed_knows_is_doubted(doubted, attribute, value, told):
    in_profile, in_programme = (
        doubted(PROFILE % (attribute, value)),
        doubted(PROGRAMME % f"{{attribute: {attribute}, values: [{value}]}}"),
    )
    if told is None:
        assert in_profile == in_programme == {}
    else:
        assert told in in_profile["profiles[0].rules[1].values"]
        assert told in in_programme["programmes[0].rules[0].values"]


def test_the_rules_we_ship_are_not_doubted(doubted):
    assert doubted("{}") == {}
