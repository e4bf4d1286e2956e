"""A removal that the platform refused waits until its audience is another; an opt-out never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm import activation
from abm.settings import Connection
from abm.warehouse import connect

if TYPE_CHECKING:
    from .conftest import World

ACME, BOLT, CORE = ({"EMAIL": f"digest of {name}"} for name in ("acme", "bolt", "core"))


@pytest.fixture
def refused(world: World) -> World:
    """One of two members is to move to another audience, and the platform refused its removal."""
    world.publish_members({"wide/1": ACME, "wide/2": BOLT}, "meta")
    night(world)
    world.publish_members({"core/1": ACME, "wide/2": BOLT}, "meta")
    world.platform.refuses = {"wide/1"}
    assert night(world).refused == 1
    day_passes(world)
    return world


def night(world: World) -> activation.Accounting:
    """One night of Meta, its audiences read back at the end."""
    run_id = world.plan("meta").run_id
    world.send(run_id)
    connection = Connection("abm_meta", "", "", "", {})
    return activation.account(world.url, run_id, connection, opening=world.open)


def day_passes(world: World) -> None:
    with connect(world.url) as connection:
        connection.execute("update ops.sync_refusals set refused_at = refused_at - interval '1 day'")
        connection.execute("update ops.sync_state set acknowledged_at = acknowledged_at - interval '1 day'")
        connection.execute("update ops.audience_sizes set read_on = read_on - 1, read_at = read_at - interval '1 day'")


def removals(world: World) -> int:
    return sum(change.operation == "remove" for change in world.platform.sent)


def test_refused_removal_is_asked_again_once_somebody_joins(refused: World) -> None:
    for _ in range(2):
        accounts = night(refused)
        assert (accounts.planned, accounts.refused, accounts.held) == (2, 1, 1)
        day_passes(refused)
    assert removals(refused) == 1
    refused.publish_members({"core/1": ACME, "wide/2": BOLT, "wide/3": CORE}, "meta")
    night(refused)
    assert removals(refused) == 1  # who joins does so after all removals
    refused.platform.refuses = set()
    assert night(refused).removed == 1
    assert sorted(refused.platform.held) == ["core/1", "wide/2", "wide/3"]


def test_refused_removal_is_asked_again_once_the_platform_counts_others(refused: World) -> None:
    night(refused)
    assert removals(refused) == 1
    day_passes(refused)
    refused.platform.held["wide/4"] = BOLT
    night(refused)  # read back at its end
    assert removals(refused) == 1
    night(refused)
    assert removals(refused) == 2


def test_refused_removal_is_asked_every_night_where_nothing_is_read_back(refused: World) -> None:
    with connect(refused.url) as connection:
        connection.execute("delete from ops.audience_sizes")
    for nights in range(2):
        refused.night("meta")
        assert removals(refused) == 2 + nights


def test_refused_opt_out_is_asked_every_night(refused: World) -> None:
    refused.opt_out("1")
    refused.publish_members({"wide/2": BOLT}, "meta")
    for nights in range(3):
        refused.remove_opt_outs()
        night(refused)
        assert removals(refused) == 2 + nights
