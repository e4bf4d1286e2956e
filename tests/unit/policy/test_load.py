"""A policy file is read whole or not at all, and every fault is told at once with path, value and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm.errors import ConfigurationError
from abm.policy.load import DEFAULT_POLICY, as_yaml, load_policy, read_policy_file
from abm.policy.overlay import overlay
from abm.policy.schema import Policy
from abm.policy.seats import seats
from abm.policy.styles import ALIASES, STYLES, canonical_style
from abm.policy.versions import policy_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def _write(text: str | bytes) -> Path:
        path = tmp_path / "policy.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


@pytest.fixture
def faults(write: Callable[[str | bytes], Path]) -> Callable[[str | bytes], dict[str, str]]:
    """Return a function that reads a policy and returns its faults by path."""

    def _faults(text: str | bytes) -> dict[str, str]:
        return {fault.where: str(fault) for fault in read_policy_file(write(text)).faults}

    return _faults


def test_the_defaults_have_neither_faults_nor_warnings():
    reading = read_policy_file(None)
    assert (reading.faults, reading.warnings) == ((), ())


def test_the_defaults_support_about_the_benchmarks_medians():
    assert seats(load_policy(None)) == {
        "one_to_one": 15,
        "one_to_few": 50,
        "one_to_many": 500,
        "targeted_demand_gen": None,
    }


def test_a_users_file_changes_only_what_it_names(write: Callable[[str], Path]):
    policy = load_policy(write("styles: {one_to_one: {seats: {marketers: 1}}}"))
    expected = Policy.model_validate(yaml.safe_load(DEFAULT_POLICY.read_text(encoding="utf-8")))
    assert seats(policy)["one_to_one"] == 5
    assert policy.factors == expected.factors
    assert policy.styles["one_to_few"] == expected.styles["one_to_few"]


def test_lists_replace(write: Callable[[str], Path]):
    rule = "{attribute: country, values: [se], points: 100}"
    policy = load_policy(write(f"profiles: [{{name: nordic, label: Nordic, rules: [{rule}]}}]"))
    assert [profile.name for profile in policy.profiles] == ["nordic"]


@given(st.recursive(st.integers() | st.lists(st.integers()), lambda inner: st.dictionaries(st.text(max_size=2), inner)))
@settings(max_examples=60, deadline=None)
def test_overlay_on_itself_changes_nothing(value: object):
    document = {"key": value}
    assert overlay(document, document) == document
    assert overlay({}, document) == document
    assert overlay(document, {}) == document


@pytest.mark.parametrize("alias", ["strategic", "Strategic", "1:One", "one-to-one", "One to One"])
def test_styles_may_go_by_other_names(write: Callable[[str], Path], alias: str):
    policy = load_policy(write(f'styles: {{"{alias}": {{label: Crown}}}}'))
    assert policy.styles["one_to_one"].label == "Crown"


def test_every_alias_names_a_style():
    assert {canonical_style(alias) for alias in ALIASES} <= set(STYLES)
    assert [canonical_style(style) for style in STYLES] == list(STYLES)
    assert canonical_style("tier 1") is None


def test_a_style_under_two_names_is_refused(faults: Callable[[str], dict[str, str]]):
    found = faults("styles: {lite: {enabled: false}, key: {enabled: true}}")
    assert "names the style 'one_to_few' a second time" in found["styles.key"]


def test_faults_of_names_and_of_values_are_told_together(faults: Callable[[str], dict[str, str]]):
    found = faults("currency: EUR\nstyles: {lite: {}, key: {}}\nreasons_shown: 0")
    assert set(found) == {"currency", "styles.key", "reasons_shown"}


def test_all_faults_are_told_at_once(faults: Callable[[str], dict[str, str]]):
    found = faults(
        """
        currency: usd
        scale_factor: 0
        factors: {cltv: -1}
        guards: {release: {max_style_change_share: 15}}
        activities: {call: {half_life_days: 0}}
        wieghts: {}
        """
    )
    assert set(found) == {
        "currency",
        "scale_factor",
        "factors.cltv",
        "guards.release.max_style_change_share",
        "activities.call.half_life_days",
        "wieghts",
    }


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("", "policy policy.yml", "is empty"),
        ("# only a comment", "policy policy.yml", "is empty"),
        ("- a\n- b", "policy policy.yml", "is not a mapping"),
        ("just words", "policy policy.yml", "is not a mapping"),
        ("currency: USD\nfactors: {cltv: 1", "policy policy.yml", "line 2"),
        ("currency: USD\n\tfactors: 1", "policy policy.yml", "line 2"),
        ("currency: USD\nrates: {}\ncurrency: EUR", "policy policy.yml", "line 3, column 1: has the key"),
        (b"currency: USD\n# caf\xe9", "policy policy.yml", "is not UTF-8 in line 2"),
        ("a: &x [1]\nb: *x", "policy policy.yml", "line 2, column 4: uses an alias"),
        ("a: !!python/object/apply:os.getcwd []", "policy policy.yml", "line 1"),
        ("a: 2026-02-31", "policy policy.yml", "cannot be read as YAML"),
        ("[" * 3000, "policy policy.yml", "cannot be read as YAML"),
        ("x" * 1_000_001, "policy policy.yml", "has 1,000,001 bytes"),
        ("scale_factor: '2'", "scale_factor", "'2' is not allowed. Write a number without quotes"),
        ("scale_factor: yes", "scale_factor", "True is not allowed. Write a number"),
        ("scale_factor: .nan", "scale_factor", "finite number"),
        ("scale_factor: null", "scale_factor", "nothing (null) is not allowed"),
        ("styles: {one_to_one: {enabled: 1}}", "styles.one_to_one.enabled", "Write true or false"),
        ("styles: {tier_1: {label: x}}", "styles.tier_1", "'tier_1' is not allowed. Use one of 'one_to_one'"),
        ("styles: {one_to_mny: {label: x}}", "styles.one_to_mny", "did you mean 'one_to_many'?"),
        ("styles: [1]", "styles", "Write a mapping"),
        ("factors: {engagment: 1}", "factors.engagment", "is not a key of the policy"),
        ("seniorities: {vp: null}", "seniorities.vp", "nothing (null)"),
        ("activities: {podcast: {label: Podcast}}", "activities.podcast.minutes", "is missing"),
        ("reasons_shown: 2.5", "reasons_shown", "2.5 is not allowed. Write a whole number"),
        (
            "suppression: {own_domains: ['https://own.example/']}",
            "suppression.own_domains[0]",
            "'https://own.example/' is not a domain. Write it as example.com",
        ),
        (
            "profiles: [{name: n, label: n, rules: [{attribute: country, values: [no], points: 100}]}]",
            "profiles[0].rules[0].values[0]",
            "False is not allowed. Write text; put it in quotes",
        ),
        ("checks: {landing_null_share: {severity: stap}}", "checks.landing_null_share.severity", "did you mean 'stop'"),
        ("fields: {salesforce: {abm_stile: X__c}}", "fields.salesforce.abm_stile", "did you mean 'abm_style'"),
        ("1: 2", "1", "1 is not allowed. Write text; put it in quotes"),
        ("rates: {NO: 1}", "rates.False", "put it in quotes"),
        ("rates: {nok: 1}", "rates.nok", "Write three capital letters, such as EUR"),
        ("activities: {Call: {}}", "activities.Call", "Write lower-case letters"),
        ('styles: {lite: {label: "  "}}', "styles.one_to_few.label", "Write text on one line"),
        ('styles: {lite: {label: "a\\0b"}}', "styles.one_to_few.label", "Write text on one line"),
        ('styles: {lite: {label: "\\ud800"}}', "styles.one_to_few.label", "is not allowed"),
        ("engagement: {window_days: 9999}", "engagement.window_days", "less than or equal to 730"),
        ("styles: {lite: {seats: {limit: 99999999999}}}", "styles.one_to_few.seats.limit", "less than or equal"),
        ("profiles: []", "profiles", "Write at least one entry"),
        ("scale_factor: 2e6", "scale_factor", "YAML reads 2e6 as text"),
        ("styles: {lite: {seats: {marketers: -1}}}", "styles.one_to_few.seats.marketers", "Write a number"),
        ("styles: {lite: {seats: {marketers: two}}}", "styles.one_to_few.seats.marketers", "'two' is not a team"),
    ],
)  # fmt: skip
def test_each_fault_names_path_value_and_remedy(
    faults: Callable[[str | bytes], dict[str, str]], text: str | bytes, where: str, told: str
):
    assert told in faults(text)[where]


def test_what_lies_below_a_wrong_key_is_left_out(faults: Callable[[str], dict[str, str]]):
    assert list(faults("activities: {Call: {}}\nstyles: {2: {}}")) == ["styles.2", "activities.Call"]


def test_another_currency_does_not_keep_rates_in_dollars(write: Callable[[str], Path]):
    assert load_policy(write("currency: EUR\nscale_factor: 1.0\nrates: {USD: 0.93}")).rates == {"USD": 0.93}


@pytest.mark.parametrize("styles", ["", "styles: {lite: {label: Few}}", "styles: [1]", "styles: {lite: 1}"])
def test_another_currency_does_not_keep_edges_in_dollars(faults: Callable[[str], dict[str, str]], styles: str):
    assert "is not the USD of the default band edges" in faults(f"currency: EUR\n{styles}")["currency"]


def test_edges_of_ones_own_go_with_another_currency(write: Callable[[str], Path]):
    edges = "{strategic: {potential_from: 900000}, lite: {potential_below: 900000}}"
    assert load_policy(write(f"currency: EUR\nstyles: {edges}")).currency == "EUR"


def test_a_policy_written_out_reads_back_as_the_same_version(write: Callable[[str], Path]):
    policy = load_policy(write("styles: {lite: {audience: true}}\nsuppression: {own_domains: [own.example]}"))
    assert policy_version(load_policy(write(as_yaml(policy)))) == policy_version(policy)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path):
    assert "does not exist" in str(read_policy_file(tmp_path / "none.yml").faults[0])
    assert "cannot be read" in str(read_policy_file(tmp_path).faults[0])


def test_faults_are_raised_together(write: Callable[[str], Path]):
    with pytest.raises(ConfigurationError) as raised:
        load_policy(write("scale_factor: 0\nreasons_shown: 0"))
    assert len(raised.value.faults) == 2


@given(st.text() | st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_file_breaks_the_reader(tmp_path: Path, content: str | bytes):
    path = tmp_path / "policy.yml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    reading = read_policy_file(path)
    assert (reading.policy is None) == bool(reading.faults)
