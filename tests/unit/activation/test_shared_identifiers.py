"""What two members of an audience are both known by leaves with the last of them; who opts out takes it along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm.errors import RetryableError

if TYPE_CHECKING:
    from .conftest import World

SWITCHBOARD = "digest of the switchboard"
ANN = {"EMAIL": "digest of ann", "PHONE": SWITCHBOARD, "COUNTRY": "digest of de"}
BOB = {"EMAIL": "digest of bob", "PHONE": SWITCHBOARD, "COUNTRY": "digest of de"}
CARA = {"EMAIL": "digest of cara", "PHONE": "digest of her own", "COUNTRY": "digest of de"}


@pytest.fixture
def shared(world: World) -> World:
    """Ann and Bob share a number in one audience, and Cara has one of her own."""
    world.publish_members({"wide/ann": ANN, "wide/bob": BOB, "wide/cara": CARA}, "meta")
    world.night("meta")
    world.platform.sent.clear()
    return world


def left_by(world: World) -> dict[str, set[str]]:
    """Return by which identifiers each member that was sent is to leave."""
    return {change.object_key: set(change.acknowledged) - {"COUNTRY"} for change in world.platform.sent}


def test_number_stays_while_another_member_has_it(shared: World) -> None:
    shared.publish_members({"wide/bob": BOB}, "meta")
    shared.night("meta")
    assert left_by(shared) == {"wide/ann": {"EMAIL"}, "wide/cara": {"EMAIL", "PHONE"}}


def test_number_leaves_with_the_last_member(shared: World) -> None:
    shared.publish_members({"wide/cara": CARA}, "meta")
    shared.night("meta")
    assert left_by(shared) == {"wide/ann": {"EMAIL", "PHONE"}, "wide/bob": {"EMAIL", "PHONE"}}


def test_number_of_another_audience_keeps_nobody(world: World) -> None:
    world.publish_members({"wide/ann": ANN, "core/bob": BOB}, "meta")
    world.night("meta")
    world.platform.sent.clear()
    world.publish_members({"core/bob": BOB}, "meta")
    world.night("meta")
    assert left_by(world) == {"wide/ann": {"EMAIL", "PHONE"}}


@pytest.mark.parametrize("number", [SWITCHBOARD, "another"])
def test_update_gives_up_a_number_only_where_the_other_member_does_too(shared: World, number: str) -> None:
    moved = {"wide/ann": ANN | {"PHONE": "new"}, "wide/bob": BOB | {"PHONE": number, "FN": "bob"}, "wide/cara": CARA}
    shared.publish_members(moved, "meta")
    shared.night("meta")
    assert left_by(shared)["wide/ann"] == ({"EMAIL"} if number == SWITCHBOARD else {"EMAIL", "PHONE"})


def test_person_known_by_another_key_now_is_not_removed_with_the_former(world: World) -> None:
    world.publish_members({"wide/ann": ANN, "wide/cara": CARA}, "meta")
    world.night("meta")
    world.publish_members({"wide/anna": ANN, "wide/cara": CARA}, "meta")
    world.platform.fails = {"wide/ann"}
    world.night("meta")  # it joins under its new key, and the former could not leave
    world.platform.sent.clear()
    world.platform.fails = set()
    world.night("meta")
    assert left_by(world) == {"wide/ann": set()}


def test_number_that_may_have_arrived_stays_where_another_member_has_it(shared: World) -> None:
    shared.publish_members({"wide/ann": ANN, "wide/bob": BOB, "wide/cara": CARA | {"PHONE": SWITCHBOARD}}, "meta")
    shared.platform.faults.append(("after", RetryableError("no answer", code="TIMEOUT")))
    shared.night("meta")
    shared.platform.sent.clear()
    shared.publish_members({"wide/ann": ANN, "wide/bob": BOB}, "meta")
    shared.night("meta")
    (removal,) = shared.platform.sent
    assert (removal.acknowledged["PHONE"], removal.doubtful[0].get("PHONE")) == (CARA["PHONE"], None)


def test_who_opts_out_takes_a_shared_number_along(shared: World) -> None:
    shared.opt_out("ann")
    assert shared.remove_opt_outs() == {"removed": 1}
    assert left_by(shared) == {"wide/ann": {"EMAIL", "PHONE"}}
