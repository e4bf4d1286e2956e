"""Sizes as platforms tell them, kept day by day; and members that are sent again before a platform lets go of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from abm import activation
from abm.settings import Connection
from abm.warehouse import connect

if TYPE_CHECKING:
    from .conftest import World

PERSON = {"hashedEmail": "a" * 64}


def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    with connect(world.url) as connection:
        return connection.execute(statement.encode()).fetchall()


def night_with_sizes(world: World) -> None:
    """Send, and read sizes back, which takes a connection."""
    run_id = world.night("google").run_id
    activation.account(world.url, run_id, Connection("abm_google"), opening=world.open)


def acknowledged_days_ago(world: World, days: int) -> None:
    with connect(world.url) as connection:
        connection.execute(
            "update ops.sync_state set acknowledged_at = now() - make_interval(days => %s)"
            " where object_key <> 'wide/new'",
            [days],
        )


def test_each_night_adds_a_reading(world: World) -> None:
    world.publish_members({"wide/a": PERSON, "wide/b": PERSON}, "google")
    night_with_sizes(world)
    read = "select audience, members, audience_size, status, read_on = current_date from ops.audience_sizes"
    assert rows(world, read) == [("wide", 2, 2, "READY", True)]


def test_second_run_of_a_day_replaces_its_reading(world: World) -> None:
    world.publish_members({"wide/a": PERSON}, "google")
    night_with_sizes(world)
    world.publish_members({"wide/a": PERSON, "wide/b": PERSON}, "google")
    night_with_sizes(world)
    assert rows(world, "select members, audience_size from ops.audience_sizes") == [(2, 2)]


@pytest.mark.parametrize(("days", "planned"), [(509, 0), (511, 2), (600, 2)])
def test_members_come_again_before_their_membership_ends(world: World, days: int, planned: int) -> None:
    world.publish_members({"wide/a": PERSON, "wide/b": PERSON}, "google")
    world.night("google")
    acknowledged_days_ago(world, days)
    again = world.plan("google")
    assert (again.rows_planned, again.updates, again.rows_unchanged) == (planned, planned, 2 - planned)


def test_only_members_that_are_due_come_again_and_only_once(world: World) -> None:
    world.publish_members({"wide/a": PERSON}, "google")
    world.night("google")
    world.publish_members({"wide/a": PERSON, "wide/new": PERSON}, "google")
    world.night("google")
    acknowledged_days_ago(world, 520)
    world.platform.sent.clear()
    world.night("google")
    assert [change.object_key for change in world.platform.sent] == ["wide/a"]
    assert world.plan("google").rows_planned == 0


def test_where_membership_does_not_end_nothing_comes_again(world: World) -> None:
    world.publish_members({"wide/a": {"companyName": "Acme"}}, "linkedin")
    world.night("linkedin")
    acknowledged_days_ago(world, 5000)
    assert world.plan("linkedin").rows_planned == 0


def test_members_that_left_are_removed_whenever_they_were_acknowledged(world: World) -> None:
    world.publish_members({"wide/a": PERSON, "wide/b": PERSON}, "google")
    world.night("google")
    acknowledged_days_ago(world, 520)
    world.publish_members({"wide/a": PERSON}, "google")
    world.night("google")
    assert list(world.platform.held) == ["wide/a"]
