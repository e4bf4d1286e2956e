"""Whole builds that leave out what they can: they end like a build of everything, and run what somebody spoilt."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from psycopg import sql
from tests.integration.dbt.conftest import Nights
from tests.integration.first_night import AS_OF, RELEASE, SEED, generate_world

from abm import release, transform
from abm.warehouse import connect
from abm_sandbox.world.changes import generate_changes
from abm_sandbox.world.landing import land_changes

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.integration

TOMORROW = AS_OF + dt.timedelta(days=1)
BUILT = ("intermediate", "candidate_marts", "candidate_activation")


@pytest.fixture(scope="module")
def published(first_night_url: str) -> Nights:
    """A warehouse after one night: everything built, noted and published."""
    release.publish(first_night_url, RELEASE, "test")
    return Nights(first_night_url)


def test_a_night_in_which_something_landed_ends_like_a_build_of_everything(published: Nights) -> None:
    land_changes(published.url, generate_changes(generate_world(), SEED, AS_OF), "changes")
    published.begin("second", TOMORROW)
    changed = transform.build(published.url)
    ran = models_run()
    left = contents(published)
    transform.build(published.url, full_refresh=True)

    assert changed.left_out > 0
    assert changed.unchanged > 0
    assert {"int_accounts", "int_opportunities"} <= ran
    assert not {"int_account_records", "int_owners", "int_person_records"} & ran  # only deals have landed
    assert left == contents(published)


def test_what_somebody_emptied_or_took_away_is_made_again(published: Nights) -> None:
    before = contents(published)
    manifest = transform.parse(published.url).stat().st_mtime_ns
    with connect(published.url) as connection:
        connection.execute("truncate intermediate.int_people")
        connection.execute("drop table intermediate.int_owners cascade")
        connection.execute("drop view staging.stg_salesforce__users cascade")
    built = transform.build(published.url)

    assert built.left_out > 0
    assert {"int_people", "int_owners"} <= models_run()
    assert contents(published) == before
    assert transform.manifest_path().stat().st_mtime_ns == manifest, "dbt took the time to write it again"


def models_run() -> set[str]:
    """Return the models that the last build asked dbt for."""
    results = transform.read_results(transform.target_dir())["results"]
    return {str(node["unique_id"]).rpartition(".")[2] for node in results}


def contents(nights: Nights) -> Mapping[str, tuple[object, ...]]:
    """Return a count and a digest of each table that the build made, whatever the order of its rows."""
    tables = nights.rows(
        f"""
        select schemaname, tablename from pg_tables
        where schemaname in {BUILT} and tablename not in ('passed_tests', 'last_build')
        """
    )
    with connect(nights.url) as connection:
        return {
            f"{schema}.{table}": connection.execute(
                sql.SQL("select count(*), sum(hashtextextended(t::text, 0)) from {} as t").format(
                    sql.Identifier(str(schema), str(table))
                )
            ).fetchone()
            or ()
            for schema, table in tables
        }
