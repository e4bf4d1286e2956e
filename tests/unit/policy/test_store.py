"""The policy in the warehouse: named by its hash, stored once, whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.rows import dict_row

from abm.errors import ConfigurationError
from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.policy.tables import TABLES
from abm.policy.versions import policy_document, policy_version, read_policy, store_policy

if TYPE_CHECKING:
    from pathlib import Path

POLICY = load_policy(None)


def rows_of(warehouse: psycopg.Connection, table: str) -> list[dict]:
    return warehouse.cursor(row_factory=dict_row).execute(f"select * from ops.{table}").fetchall()


def setting(warehouse: psycopg.Connection, name: str) -> tuple:
    return warehouse.execute(
        "select value_text, value_number, value_boolean from ops.policy_settings where setting = %s", [name]
    ).fetchone()


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


def test_version_ignores_the_order_of_keys():
    assert policy_version(Policy.model_validate(reversed_keys(policy_document(POLICY)))) == policy_version(POLICY)


def test_version_ignores_how_a_file_is_written(tmp_path: Path):
    blocks, flow = tmp_path / "blocks.yml", tmp_path / "flow.yml"
    blocks.write_text("scale_factor: 2\nfactors:\n  cltv: 5\n")
    flow.write_text('{"factors": {"cltv": 5.0}, "scale_factor": 2.00}  # the same')
    assert policy_version(load_policy(blocks)) == policy_version(load_policy(flow))


def test_version_changes_with_a_rule(tmp_path: Path):
    path = tmp_path / "policy.yml"
    path.write_text("factors: {cltv: 16}")
    assert policy_version(load_policy(path)) != policy_version(POLICY)


def test_every_table_is_filled_under_the_version(warehouse: psycopg.Connection):
    version = store_policy(warehouse, POLICY)
    for table, rows in TABLES.items():
        stored = rows_of(warehouse, table)
        assert len(stored) == len(list(rows(POLICY)))
        assert {row["policy_version"] for row in stored} <= {version}


def test_storing_twice_writes_nothing_more(warehouse: psycopg.Connection):
    first = store_policy(warehouse, POLICY)
    before = {table: rows_of(warehouse, table) for table in [*TABLES, "policy_versions"]}
    assert store_policy(warehouse, POLICY) == first
    assert {table: rows_of(warehouse, table) for table in before} == before


def test_a_stored_policy_reads_back_as_itself(warehouse: psycopg.Connection):
    assert read_policy(warehouse, store_policy(warehouse, POLICY)) == POLICY


def test_an_unknown_version_is_named(warehouse: psycopg.Connection):
    with pytest.raises(ConfigurationError, match="policy version 0123456789ab: is not stored"):
        read_policy(warehouse, "0123456789ab")


def test_a_failed_store_leaves_nothing(warehouse: psycopg.Connection):
    warehouse.execute("alter table ops.policy_suppressed_domains rename to elsewhere")
    warehouse.execute("alter table ops.policy_fields rename to elsewhere_too")
    with pytest.raises(psycopg.errors.UndefinedTable):
        store_policy(warehouse, POLICY)
    assert rows_of(warehouse, "policy_versions") == []
    assert rows_of(warehouse, "policy_settings") == []


def test_settings_stand_under_dotted_names_with_their_types(warehouse: psycopg.Connection):
    store_policy(warehouse, POLICY)
    assert setting(warehouse, "currency") == ("USD", None, None)
    assert setting(warehouse, "scale_factor") == (None, 1.0, None)
    assert setting(warehouse, "engagement.window_days") == (None, 90.0, None)
    assert setting(warehouse, "suppression.customers") == (None, None, False)
    assert setting(warehouse, "checks.landing_volume_drop.severity") == ("stop", None, None)


def test_styles_keep_the_rulebooks_edges_ranks_and_seats(warehouse: psycopg.Connection):
    store_policy(warehouse, POLICY)
    styles = warehouse.execute(
        "select style, style_rank, potential_from, potential_below, seats, audience_enabled"
        " from ops.policy_styles order by style_rank"
    ).fetchall()
    assert styles == [
        ("one_to_one", 1, 2_000_000, None, 15, False),
        ("one_to_few", 2, 250_000, 2_000_000, 50, False),
        ("one_to_many", 3, 0, 250_000, 500, True),
        ("targeted_demand_gen", 4, None, None, None, False),
    ]


def test_only_styles_with_their_audience_on_get_one(tmp_path: Path, warehouse: psycopg.Connection):
    path = tmp_path / "policy.yml"
    path.write_text(
        "styles: {one_to_one: {audience: true}, one_to_few: {audience: true}, one_to_many: {audience: false}}\n"
        "audiences: {lists: {one_to_one: null}}\n"
    )
    store_policy(warehouse, load_policy(path))
    named = warehouse.execute("select destination, style, holds from ops.policy_audiences").fetchall()
    people = [(name, style, "people") for name in ("google", "meta") for style in ("one_to_few", "one_to_one")]
    companies = [("linkedin", "one_to_few"), ("linkedin", "one_to_one"), ("lists", "one_to_few")]
    assert sorted(named) == sorted([*people, *((*pair, "companies") for pair in companies)])


def test_lists_hold_people_where_the_policy_says_so(tmp_path: Path, warehouse: psycopg.Connection):
    path = tmp_path / "policy.yml"
    path.write_text("audience_holds: {lists: people}\n")
    store_policy(warehouse, load_policy(path))
    held = warehouse.execute("select distinct holds from ops.policy_audiences where destination = 'lists'").fetchall()
    assert held == [("people",)]


def test_bases_of_one_platform_replace_those_of_all(tmp_path: Path, warehouse: psycopg.Connection):
    path = tmp_path / "policy.yml"
    path.write_text("consent: {destinations: {meta: [contract]}}\nsuppression: {suppressed_accounts: [a, b, a]}\n")
    store_policy(warehouse, load_policy(path))
    bases = warehouse.execute("select destination, basis from ops.policy_consent_bases where destination <> 'lists'")
    assert sorted(bases.fetchall()) == [("google", "consent"), ("linkedin", "consent"), ("meta", "contract")]
    accounts = warehouse.execute("select account_id from ops.policy_suppressed_accounts").fetchall()
    assert sorted(accounts) == [("a",), ("b",)]


def test_the_policys_own_currency_is_worth_one(warehouse: psycopg.Connection):
    store_policy(warehouse, POLICY)
    rates = dict(warehouse.execute("select currency_code, rate from ops.policy_currencies").fetchall())
    assert rates["USD"] == 1.0
    assert rates["EUR"] > 1.0


def test_a_domain_in_two_lists_is_stored_once(tmp_path: Path, warehouse: psycopg.Connection):
    path = tmp_path / "policy.yml"
    path.write_text(
        json.dumps(
            {
                "suppression": {
                    "competitor_domains": ["WWW.Rival.example", "own.example"],
                    "own_domains": ["own.example"],
                    "suppressed_domains": ["rival.example"],
                }
            }
        )
    )
    store_policy(warehouse, load_policy(path))
    stored = warehouse.execute("select domain, reason from ops.policy_suppressed_domains").fetchall()
    assert sorted(stored) == [("own.example", "own"), ("rival.example", "competitor")]


def test_profile_texts_compare_in_lower_case(tmp_path: Path, warehouse: psycopg.Connection):
    path = tmp_path / "policy.yml"
    rule = {"attribute": "industry", "values": ["COMPUTER_SOFTWARE", "Computer  software"], "points": 100}
    path.write_text(json.dumps({"profiles": [{"name": "software", "label": "Software", "rules": [rule]}]}))
    store_policy(warehouse, load_policy(path))
    stored = warehouse.execute("select profile, attribute, value_text, points from ops.policy_profiles").fetchall()
    assert stored == [("software", "industry", "computer software", 100.0)]
