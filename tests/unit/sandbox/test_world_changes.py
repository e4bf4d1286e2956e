"""A night's changes: few, newer than the world, the same for the same seed."""

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from abm_sandbox.world import Changes, World, generate, generate_changes

TODAY = date(2026, 3, 9)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(scope="module")
def world() -> World:
    return generate(7, 3000, TODAY)


@pytest.fixture(scope="module")
def changes(world: World) -> Changes:
    return generate_changes(world, 1, TOMORROW)


def _ids(rows: pa.Table) -> set[str]:
    return set(rows["Id"].to_pylist())


def test_same_seed_and_day_give_same_changes(world, changes):
    assert generate_changes(world, 1, TOMORROW) == changes
    assert generate_changes(world, 2, TOMORROW) != changes


def test_changed_tables_have_the_worlds_columns(world, changes):
    for held, changed in ((world.salesforce, changes.salesforce), (world.hubspot, changes.hubspot)):
        for name, rows in changed.items():
            assert rows.schema == held[name].schema
            assert rows.num_rows > 0


def test_every_change_is_of_that_day(changes):
    for rows in changes.salesforce.values():
        assert {moment.date() for moment in rows["SystemModstamp"].to_pylist()} == {TODAY}
    assert {moment.date() for moment in changes.hubspot["contacts"]["updatedAt"].to_pylist()} == {TODAY}


def test_about_one_account_in_a_hundred_is_touched(changes):
    accounts = set(changes.salesforce["Task"]["AccountId"].drop_null().to_pylist())
    assert 10 <= len(accounts) <= 45


def test_activities_are_new_and_deals_are_known(world, changes):
    assert not _ids(changes.salesforce["Task"]) & _ids(world.salesforce["Task"])
    assert not _ids(changes.salesforce["Event"]) & _ids(world.salesforce["Event"])
    assert _ids(changes.salesforce["Opportunity"]) <= _ids(world.salesforce["Opportunity"])


def test_deals_move_on(world, changes):
    before = dict(
        zip(*(world.salesforce["Opportunity"][name].to_pylist() for name in ("Id", "StageName")), strict=True)
    )
    for deal in changes.salesforce["Opportunity"].to_pylist():
        assert deal["StageName"] != before[deal["Id"]]
        assert deal["IsClosed"] == deal["StageName"].startswith("Closed")


def test_some_contacts_are_new_some_opt_out_some_go(world, changes):
    contacts = changes.salesforce["Contact"]
    assert _ids(contacts) - _ids(world.salesforce["Contact"])
    assert _ids(contacts) & _ids(world.salesforce["Contact"])
    assert pc.any(contacts["HasOptedOutOfEmail"]).as_py()
    assert pc.any(contacts["IsDeleted"]).as_py()
    assert pc.any(changes.hubspot["contacts"]["archived"]).as_py()


def test_two_days_never_share_new_records(world, changes):
    later = generate_changes(world, 1, TOMORROW + timedelta(days=1))
    assert not _ids(later.salesforce["Task"]) & _ids(changes.salesforce["Task"])
