"""Rows that were sent and not recorded come again or go away, however their run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm import activation
from abm.errors import ConfigurationError, Fault
from abm.warehouse import connect

from .conftest import Killed

if TYPE_CHECKING:
    from .conftest import World

ACME, BOLT = {"companyName": "Acme"}, {"companyName": "Bolt"}


@pytest.fixture
def killed_run(world: World) -> str:
    """A run that ended after the platform took its first batch, a to c, and before that was recorded."""
    world.publish_members({f"wide/{key}": ACME for key in "abcdef"})
    world.platform.faults.append(("after", Killed()))
    run_id = world.plan("linkedin").run_id
    with pytest.raises(Killed):
        world.send(run_id)
    assert sorted(world.platform.held) == ["wide/a", "wide/b", "wide/c"]
    return run_id


def uncertain(world: World) -> list[str]:
    with connect(world.url) as connection:
        rows = connection.execute("select object_key from ops.sync_state where payload_hash is null order by 1")
        return [key for (key,) in rows]


def test_member_is_removed_after_the_retry_of_a_killed_run_failed(
    world: World, killed_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(names: object) -> None:
        raise ConfigurationError(Fault("scope", "is missing", "Grant it"))

    with monkeypatch.context() as patch:
        patch.setattr(world.platform, "prepare", prepare)
        with pytest.raises(ConfigurationError):
            world.send(killed_run)
    assert uncertain(world) == ["wide/a", "wide/b", "wide/c"]

    world.publish_members({"wide/z": BOLT})
    world.night("linkedin")
    assert world.platform.held == {"wide/z": BOLT}


def test_member_is_removed_after_a_killed_run_was_held(world: World, killed_run: str) -> None:
    assert activation.hold(world.url, killed_run, "rejected") == 6
    assert uncertain(world) == ["wide/a", "wide/b", "wide/c"]

    world.publish_members({"wide/z": BOLT})
    world.night("linkedin")
    assert world.platform.held == {"wide/z": BOLT}


def test_rows_that_were_never_sent_are_not_uncertain(world: World) -> None:
    world.publish_members({"wide/a": ACME})
    activation.hold(world.url, world.plan("linkedin").run_id, "rejected")
    assert uncertain(world) == []
