"""What a table's constraints and a view's tests refuse: the build stops there and names model and rule, and no row."""

from __future__ import annotations

import re

import orjson
import pytest
from tests.integration.dbt.conftest import Nights

from abm import transform
from abm.errors import AbmError
from abm.warehouse import connect

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def built(first_night_url: str) -> Nights:
    return Nights(first_night_url)


def test_every_constraint_that_is_declared_is_on_its_table(built: Nights) -> None:
    transform.parse(built.url)
    nodes = orjson.loads(transform.manifest_path().read_bytes())["nodes"].values()
    declared = {
        f"{node['schema']}.{node['alias']}": sorted(
            constraint["type"]
            for holder in (node, *node["columns"].values())
            for constraint in holder.get("constraints", [])
        )
        for node in nodes
        if node["schema"] in {"intermediate", "candidate_marts", "candidate_activation"}
        and node["resource_type"] == "model"
    }
    found = built.rows(
        """
        select
            conrelid::regclass::text,
            array_agg(
                case contype when 'p' then 'primary_key' when 'u' then 'unique' when 'c' then 'check' end
                order by contype
            )
        from pg_constraint where contype in ('p', 'u', 'c') group by conrelid
        """
    )
    put_on = {str(table): sorted(kinds) for table, kinds in found}

    assert declared
    for table, kinds in declared.items():
        assert put_on.get(table, []) == [kind for kind in kinds if kind != "not_null"], table


def test_a_value_outside_the_list_stops_the_build_of_an_intermediate_table(built: Nights) -> None:
    change(built, "update seeds.opportunity_types set type = 'gift'")

    told = failure_of(built, "int_opportunities")

    assert told.startswith("dbt stopped at model int_opportunities: ")
    assert re.search('check constraint "int_opportunities_type_check1?" .* is violated by some row', told)
    assert "gift" not in told


def test_a_value_outside_the_list_stops_the_build_of_a_mart(built: Nights) -> None:
    change(built, "update intermediate.int_account_potential set potential_method = 'guessed'")

    told = failure_of(built, "dim_accounts")

    assert told.startswith("dbt stopped at model dim_accounts: ")
    assert re.search('check constraint "dim_accounts_potential_method_check1?" .* is violated by some row', told)
    assert "guessed" not in told


def test_a_broken_rule_of_rows_is_named_and_no_row_is_quoted(built: Nights) -> None:
    change(
        built,
        "update intermediate.int_account_potential set annual_potential = -1, potential_method = 'won_revenue'",
        "update intermediate.int_accounts set account_name = E'Ann Roe\\nSole Trader'",
    )

    told = failure_of(built, "dim_accounts")

    assert told.startswith("dbt stopped at model dim_accounts: ")
    assert 'check constraint "potential_is_more_than_nothing" of relation "dim_accounts" is violated' in told
    assert "Ann Roe" not in told
    assert "Sole Trader" not in told


def test_what_is_not_filled_in_a_view_fails_its_one_test(built: Nights) -> None:
    change(
        built,
        "alter table ops.identity_digests alter digest drop not null",
        "insert into ops.identity_digests (source, record_id, platform, identifier)"
        " values ('salesforce', '1', 'meta', 'em')",
        "alter table ops.field_edits alter since drop not null",
        "insert into ops.field_edits (destination, object_key, field, platform_field, found_digest, decision)"
        " values ('hubspot', '1', 'style', 'abm_style', 'd', 'restored')",
    )

    told = failure_of(built, "stg_identity__digests stg_ops__field_edits")

    assert "test key_stg_identity__digests" in told
    assert "test filled_stg_ops__field_edits" in told


def test_a_factor_that_has_no_weight_stops_the_build_of_the_scores(built: Nights) -> None:
    change(built, "delete from ops.policy_factors where factor = 'cltv'")

    told = failure_of(built, "int_account_scores")

    assert 'check constraint "every_factor_counts_once" of relation "int_account_scores" is violated' in told


def change(nights: Nights, *statements: str) -> None:
    with connect(nights.url) as connection:
        for statement in statements:
            connection.execute(statement)


def failure_of(nights: Nights, select: str) -> str:
    with pytest.raises(AbmError) as told:
        transform.build(nights.url, select=select, full_refresh=True)
    return str(told.value)
