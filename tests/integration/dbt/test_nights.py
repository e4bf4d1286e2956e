"""Nights after the first: what changed is built again, what did not is left, and the end is the same."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from abm import sources
from abm.identity.digests import refresh_digests
from abm.warehouse import connect
from abm_sandbox.world.changes import generate_changes
from abm_sandbox.world.generate import World, generate
from abm_sandbox.world.landing import land_changes, land_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.dbt.conftest import Nights

pytestmark = pytest.mark.integration

ACCOUNTS = 150
AS_OF = dt.date(2026, 3, 2)
TABLES = (
    "int_accounts", "int_account_records", "int_people", "int_person_records", "int_opportunities",
    "int_activities_daily", "int_owners", "int_spend",
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return generate(11, ACCOUNTS, AS_OF)


@pytest.fixture(scope="module")
def first_night(nights: Nights, world: World) -> Nights:
    land_world(nights.url, world)
    nights.build()
    return nights


def test_records_of_one_company_meet_in_one_account(first_night: Nights, world: World) -> None:
    records = first_night.rows("select source, record_id, account_id from intermediate.int_account_records")
    account = {(source, record_id): account_id for source, record_id, account_id in records}
    named_by_domain = {key: value for key, value in account.items() if ":" not in str(value)}
    truth = world.truth.to_pylist()
    domains = {(row["source"], row["record_id"]): row["domain"] for row in truth}

    assert set(account) < set(domains)  # deleted records are in the truth only
    assert len(named_by_domain) > ACCOUNTS
    assert {key: domains[key] for key in named_by_domain} == named_by_domain


def test_an_emptied_table_is_filled_again(first_night: Nights) -> None:
    """After a crash PostgreSQL empties unlogged tables; their digests outlive them."""
    before = contents(first_night)
    with connect(first_night.url) as connection:
        connection.execute("truncate intermediate.int_activities, intermediate.int_people, intermediate.int_accounts")
    first_night.build()

    assert contents(first_night) == before


def test_a_table_that_comes_out_the_same_stirs_nothing_above_it(first_night: Nights) -> None:
    first_night.begin("again", AS_OF)
    first_night.build()

    assert first_night.said("int_engagement_dates") == "SELECT 1"
    assert first_night.said("int_engagement_scores") == "UNCHANGED"


def test_an_emptied_telephone_number_is_no_longer_published(first_night: Nights) -> None:
    """Its digests are deleted, which no later row tells."""
    refresh_digests(first_night.url, sources.entities("salesforce"))
    first_night.build()
    with connect(first_night.url) as connection:
        record = connection.execute(
            """
            update raw_salesforce.contact set phone = null, _landed_at = clock_timestamp()
            where id = (
                select min(contact_id) from staging.stg_salesforce__contacts
                inner join intermediate.int_person_identifiers on person_id = 'salesforce:' || contact_id
                where platform = 'meta' and int_person_identifiers.phone is not null
            )
            returning id
            """
        ).fetchone()
    assert record is not None
    refresh_digests(first_night.url, sources.entities("salesforce"))
    first_night.build()

    assert first_night.rows(
        "select distinct coalesce(phone, hashedphone) from intermediate.int_person_identifiers"
        f" where person_id = 'salesforce:{record[0]}'"
    ) == [(None,)]


def test_later_nights_rebuild_only_what_changed_and_end_like_a_full_build(first_night: Nights, world: World) -> None:
    first_night.begin("r2", AS_OF + dt.timedelta(days=1))
    unchanged = first_night.build()
    before = contents(first_night)

    land_changes(first_night.url, generate_changes(world, 5, AS_OF), "changes")
    forget_one_activity_and_move_another(first_night.url)
    first_night.build()
    incremental = contents(first_night)
    first_night.build(full_refresh=True)

    assert unchanged.unchanged > len(TABLES)
    assert incremental != before
    assert incremental == contents(first_night)


def contents(nights: Nights) -> Mapping[str, tuple[object, ...]]:
    """Return a count and a digest of each table, whatever the order of its rows."""
    return {
        table: nights.rows(
            f"select count(*), md5(string_agg(t::text, ',' order by t::text)) from intermediate.{table} t"
        )[0]
        for table in TABLES
    }


def forget_one_activity_and_move_another(url: str) -> None:
    with connect(url) as connection:
        connection.execute(
            """
            update raw_salesforce.task set _is_deleted = true, _landed_at = now()
            where id in (select min(id) from raw_salesforce.task where status = 'Completed')
            """
        )
        connection.execute(
            """
            update raw_salesforce.event
            set activity_date_time = activity_date_time - interval '3 days', _landed_at = now()
            where id in (select min(id) from raw_salesforce.event)
            """
        )
