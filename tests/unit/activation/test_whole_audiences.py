"""Lists, whose files are only ever written whole."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from abm import activation
from abm.destinations.lists.destination import Lists
from abm.errors import ConfigurationError, Fault, RefusedError, RetryableError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from abm.destinations import Audience

    from .conftest import World


class Disk(Lists):
    """A lists folder whose next writing may fail."""

    fault: Exception | None = None
    faulty: str | None = None  # the one audience that fails; all where none is named

    def replace(self, audience: str, members: Iterable[Mapping[str, str]], *, release_id: str | None) -> Audience:
        if self.fault is not None and self.faulty in {None, audience}:
            raise self.fault
        return super().replace(audience, members, release_id=release_id)


@pytest.fixture
def disk(world: World, tmp_path: Path) -> Disk:
    disk = Disk(tmp_path / "lists")
    world.platform = disk  # type: ignore[assignment]
    return disk


def publish(world: World, *members: str) -> None:
    world.publish_members({member: {"companyName": member} for member in members}, "lists")


def files(disk: Disk) -> dict[str, list[str]]:
    found = {}
    for path in sorted(disk.folder.glob("*/linkedin.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.parent.name] = [row["companyname"] for row in csv.DictReader(file)]
    return found


def test_changed_audience_is_written_with_its_unchanged_members(world: World, disk: Disk) -> None:
    publish(world, "core/a", "core/b", "wide/c")
    world.night("lists")
    publish(world, "core/b", "core/d", "wide/c")
    accounts = world.night("lists")
    assert (accounts.created, accounts.removed, accounts.unchanged) == (1, 1, 2)
    assert files(disk) == {"core": ["core/b", "core/d"], "wide": ["wide/c"]}


def test_audience_that_lost_all_members_loses_its_file(world: World, disk: Disk) -> None:
    publish(world, "core/a", "wide/c")
    world.night("lists")
    publish(world, "wide/c")
    assert world.night("lists").removed == 1
    assert files(disk) == {"wide": ["wide/c"]}
    with connect(world.url) as warehouse:
        known = warehouse.execute("select audience, status, audience_size from ops.sync_audiences").fetchall()
    assert known == [("wide", "READY", 1)]


def test_deleted_file_comes_back_without_a_change(world: World, disk: Disk) -> None:
    publish(world, "core/a", "wide/c")
    world.night("lists")
    (disk.folder / "core" / "linkedin.csv").unlink()
    assert world.night("lists").planned == 0
    assert files(disk) == {"core": ["core/a"], "wide": ["wide/c"]}


@pytest.mark.parametrize(
    "fault", [RetryableError("the disk is busy"), ConfigurationError(Fault("folder", "is full", "Free space"))]
)
def test_list_that_could_not_be_written_is_written_the_next_night(world: World, disk: Disk, fault: Exception) -> None:
    publish(world, "core/a")
    world.night("lists")
    publish(world, "core/b")
    object.__setattr__(disk, "fault", fault)
    run_id = world.plan("lists").run_id
    if isinstance(fault, ConfigurationError):
        with pytest.raises(ConfigurationError):
            world.send(run_id)
    else:
        assert world.send(run_id) == {"failed": 2}
    assert activation.summary(world.url, "lists")[0].failed == 2

    object.__setattr__(disk, "fault", None)
    publish(world, "core/a")
    world.night("lists")
    assert files(disk) == {"core": ["core/a"]}


@pytest.mark.parametrize(
    "fault", [RetryableError("the disk is busy"), RefusedError("the list is too long", code="LIST_TOO_LONG")]
)
def test_who_could_not_leave_a_list_joins_no_other(world: World, disk: Disk, fault: Exception) -> None:
    publish(world, "core/a", "wide/b", "wide/c")
    world.night("lists")
    publish(world, "core/a", "core/b", "wide/c")
    object.__setattr__(disk, "fault", fault)
    object.__setattr__(disk, "faulty", "wide")
    run_id = world.plan("lists").run_id
    world.send(run_id)
    assert files(disk) == {"core": ["core/a"], "wide": ["wide/b", "wide/c"]}
    with connect(world.url) as warehouse:
        held = warehouse.execute("select object_key, reason_code from ops.sync_changes where outcome = 'held'")
        assert held.fetchall() == [("core/b", "LEAVE_BEFORE_JOIN")]

    object.__setattr__(disk, "fault", None)
    world.night("lists")
    assert files(disk) == {"core": ["core/a", "core/b"], "wide": ["wide/c"]}


def test_lists_that_swap_members_are_both_written(world: World, disk: Disk) -> None:
    publish(world, "core/a", "wide/b")
    world.night("lists")
    publish(world, "core/b", "wide/a")
    world.night("lists")
    assert files(disk) == {"core": ["core/b"], "wide": ["wide/a"]}


class NewIds(Disk):
    """A platform on which each writing makes another audience, as an uploaded list is on LinkedIn."""

    written = 0

    def replace(self, audience: str, members: Iterable[Mapping[str, str]], *, release_id: str | None) -> Audience:
        object.__setattr__(self, "written", self.written + 1)
        return replace(super().replace(audience, members, release_id=release_id), remote_id=f"id-{self.written}")

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        return [replace(found, remote_id=f"id-{self.written}") for found in super().read_back(names)]


def test_audience_made_anew_with_all_its_members_is_not_written_again(world: World, tmp_path: Path) -> None:
    world.platform = NewIds(tmp_path / "lists")  # type: ignore[assignment]
    publish(world, "core/a", "core/b")
    world.night("lists")
    publish(world, "core/a", "core/b", "core/c")
    world.night("lists")
    again = world.night("lists")
    assert (again.planned, again.unchanged) == (0, 3)
    assert world.platform.written == 2  # type: ignore[attr-defined]
