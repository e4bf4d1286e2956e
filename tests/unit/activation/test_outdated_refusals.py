"""A refusal is kept while the plan would do again what was refused, and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm.warehouse import connect

if TYPE_CHECKING:
    from .conftest import World


def refused(world: World) -> list[str]:
    with connect(world.url) as connection:
        return [key for (key,) in connection.execute("select object_key from ops.sync_refusals order by object_key")]


@pytest.mark.parametrize("published", [{"b": "one_to_few"}, {}], ids=["another", "nothing"])
def test_refusal_is_forgotten_with_the_record_it_is_of(world: World, published: dict[str, str]) -> None:
    world.platform.refuses = {"a", "b"}
    world.publish_records({"a": "one_to_one", "b": "one_to_few"})
    world.night()
    world.publish_records(published)
    world.plan(dry_run=True)
    assert refused(world) == ["a", "b"]
    world.plan()
    assert refused(world) == (["b"] if published else ["a", "b"])  # nothing at all is a fault upstream


def test_refused_removal_is_forgotten_when_the_record_is_wanted_again(world: World) -> None:
    both = {"a": "one_to_one", "b": "one_to_few"}
    world.publish_records(both)
    world.night()
    world.platform.refuses = {"a"}
    world.publish_records({"b": "one_to_few"})
    for _ in range(2):
        world.night()
        assert refused(world) == ["a"]
    world.publish_records(both)
    world.night()
    assert refused(world) == []
