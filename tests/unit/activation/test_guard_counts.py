"""What a guard counts is what happened: against a count in Python, over random rows before and after."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm import activation
from abm.policy.load import load_policy
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .conftest import World

POLICY = load_policy(None)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

keys = st.tuples(st.sampled_from(["core", "wide", "wide 2"]), st.sampled_from("abcdef")).map("/".join)
members = st.dictionaries(keys, st.sampled_from(["Acme", "Bolt"]), min_size=1)
scores = st.dictionaries(st.sampled_from("abcdef"), st.none() | st.integers(0, 100), min_size=1)


def acknowledge(world: World, destination: str, rows: Mapping[str, Any]) -> None:
    """Start over, with exactly these rows acknowledged."""
    with connect(world.url) as connection:
        for table in ("sync_state", "sync_changes", "sync_runs"):
            connection.execute(f"delete from ops.{table}")
        for table in ("crm_accounts", "audience_members"):
            connection.execute(f"delete from activation.{table}")
    publish(world, destination, rows)
    run_id = world.plan(destination).run_id
    with connect(world.url) as connection:
        connection.execute(
            "insert into ops.sync_state (destination, object_key, payload_hash, payload, run_id)"
            " select destination, object_key, payload_hash, payload, run_id from ops.sync_changes where run_id = %s",
            [run_id],
        )


def publish(world: World, destination: str, rows: Mapping[str, Any]) -> None:
    if destination == "linkedin":
        world.publish_members({key: {"companyName": name} for key, name in rows.items()}, destination)
        return
    world.publish_records(dict.fromkeys(rows, "one_to_one"), destination)
    with connect(world.url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "update activation.crm_accounts set abm_account_score = %s where object_key = %s",
            [(score, key) for key, score in rows.items()],
        )


def judge(world: World, destination: str) -> activation.Verdict:
    verdict = activation.guard(world.url, world.plan(destination).run_id, POLICY)
    assert verdict.measured is not None
    return verdict


@FEW
@given(before=members, after=members)
def test_each_audience_is_counted(world: World, before: dict[str, str], after: dict[str, str]) -> None:
    acknowledge(world, "linkedin", before)
    publish(world, "linkedin", after)
    verdict = judge(world, "linkedin")
    assert verdict.measured is not None
    planned = {
        "create": after.keys() - before.keys(),
        "update": {key for key in after.keys() & before.keys() if after[key] != before[key]},
        "remove": before.keys() - after.keys(),
    }
    counted = {operation: Counter(key.split("/")[0] for key in found) for operation, found in planned.items()}
    held, desired = (Counter(key.split("/")[0] for key in rows) for rows in (before, after))
    assert {
        tally.audience: (tally.creations, tally.updates, tally.removals, tally.acknowledged, tally.desired)
        for tally in verdict.measured.audiences
    } == {
        audience: (*(counted[operation][audience] for operation in planned), held[audience], desired[audience])
        for audience in {*held, *desired}
    }
    assert {(kind.audience, kind.operation): kind.keys for kind in verdict.measured.examples} == {
        (audience, operation): sorted(key for key in found if key.split("/")[0] == audience)[:5]
        for operation, found in planned.items()
        for audience in counted[operation]
    }


@pytest.mark.parametrize("destination", ["salesforce", "hubspot"])  # numbers, and their texts
@FEW
@given(before=scores, after=scores)
def test_each_field_is_counted(
    world: World, destination: str, before: dict[str, int | None], after: dict[str, int | None]
) -> None:
    acknowledge(world, destination, before)
    publish(world, destination, after)
    measured = judge(world, destination).measured
    assert measured is not None
    tally = next(tally for tally in measured.fields if tally.field == "abm_account_score")
    pairs = {key: (before.get(key), score) for key, score in after.items()}
    moved = {key for key, (old, new) in pairs.items() if old is not None and (new is None or abs(new - old) > 30)}
    assert (tally.filled, tally.changed, tally.emptied, tally.moved) == (
        sum(old is None and new is not None for old, new in pairs.values()),
        sum(old is not None and new is not None and old != new for old, new in pairs.values()),
        sum(old is not None and new is None for old, new in pairs.values()),
        len(moved),
    )
    assert list(tally.moved_keys) == sorted(moved)[:5]
