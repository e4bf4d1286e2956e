"""Which landings, checks, releases and questions are told, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm.alerts.kinds import KINDS
from abm.alerts.states import read_states
from abm.approvals import note_answered, note_asked

if TYPE_CHECKING:
    import psycopg

    from abm.alerts.changes import State


def told(warehouse: psycopg.Connection) -> list[State]:
    return list(read_states(warehouse, KINDS, pytest.fail)[0])


def land(warehouse: psycopg.Connection, batch: str, status: str, hours_ago: int, source: str = "hubspot") -> None:
    warehouse.execute(
        "insert into ops.landing_batches (batch_id, source, entity, is_full, status, rows_staged, staged_at, merged_at,"
        " reason) select %(id)s, %(source)s, entity, false, %(status)s, 1, now() - make_interval(hours => %(ago)s),"
        " case when %(status)s = 'merged' then now() - make_interval(hours => %(ago)s) end, 'too few of ' || %(id)s"
        " from unnest(array['accounts', 'contacts']) as entity",
        {"id": batch, "source": source, "status": status, "ago": hours_ago},
    )


def test_a_held_source_is_told_from_its_first_held_night_on(warehouse: psycopg.Connection) -> None:
    land(warehouse, "b0", "held", 96)
    land(warehouse, "b1", "merged", 72)
    land(warehouse, "b2", "held", 48)
    land(warehouse, "b3", "held", 24)
    land(warehouse, "b1", "merged", 20, source="salesforce")
    [state] = told(warehouse)
    assert (state.kind, state.subject, state.row_keys) == ("landing-check-failed", "hubspot", ["accounts", "contacts"])
    assert "too few of b3" in state.what
    assert state.since is not None
    row = warehouse.execute("select extract(epoch from now() - %s) / 3600", [state.since]).fetchone()
    assert row is not None
    assert round(row[0]) == 48


@pytest.mark.parametrize("latest", ["merged", "abandoned"])
def test_a_source_whose_latest_delivery_is_not_held_is_not_told(warehouse: psycopg.Connection, latest: str) -> None:
    land(warehouse, "b1", "held", 48)
    land(warehouse, "b2", latest, 24)
    assert told(warehouse) == []


@pytest.mark.parametrize(
    ("hours_ago", "is_told"), [((35, 59, 83), False), ((37, 61, 85), True), ((37, 61), False), ((400, 410, 420), False)]
)
def test_a_nightly_source_is_stale_after_a_day_and_a_half(
    warehouse: psycopg.Connection, hours_ago: tuple[int, ...], *, is_told: bool
) -> None:
    for hours in hours_ago:
        land(warehouse, f"b{hours}", "merged", hours)
    assert [state.kind for state in told(warehouse)] == ["source-stale"] * is_told


def check(warehouse: psycopg.Connection, run_id: str, *, success: bool, hours_ago: int, severity: str = "warn") -> None:
    warehouse.execute(
        "insert into ops.check_results (run_id, check_name, subject, expectation, severity, success, observed,"
        " expected, description, checked_at) values (%s, 'candidate', 'candidate drift', 'max', %s, %s, '0.4', '0.25',"
        " 'Share of accounts whose style changes', now() - make_interval(hours => %s))",
        [run_id, severity, success, hours_ago],
    )


def test_a_warning_of_the_latest_run_is_told(warehouse: psycopg.Connection) -> None:
    check(warehouse, "r1", success=True, hours_ago=24)
    check(warehouse, "r2", success=False, hours_ago=1)
    [state] = told(warehouse)
    assert state.kind == "check-warning"
    assert state.subject == "candidate drift: Share of accounts whose style changes"
    assert state.what == "observed 0.4, expected 0.25"


def test_a_warning_of_before_and_what_stopped_are_not_told_as_warnings(warehouse: psycopg.Connection) -> None:
    check(warehouse, "r1", success=False, hours_ago=24)
    check(warehouse, "r2", success=False, hours_ago=1, severity="stop")
    assert told(warehouse) == []


@pytest.mark.parametrize(
    ("status", "hours", "what"),
    [
        ("held", 1, "r2 is held: too many moves. What was published before stays."),
        ("rejected", 1, "r2 was rejected: too many moves. What was published before stays."),
        ("building", 25, None),
    ],
)
def test_a_release_that_is_not_published_is_told(
    warehouse: psycopg.Connection, status: str, hours: int, what: str | None
) -> None:
    release(warehouse, "r1", "published", 26)
    release(warehouse, "r2", status, hours)
    [state] = told(warehouse)
    assert (state.kind, state.subject, state.row_keys) == ("candidate-not-published", "release", ["r2"])
    assert what is None or state.what == what


@pytest.mark.parametrize("status", ["published", "superseded", "building"])
def test_a_release_that_is_live_or_being_built_is_not_told(warehouse: psycopg.Connection, status: str) -> None:
    release(warehouse, "r1", "held", 48)
    release(warehouse, "r2", status, 2)
    assert told(warehouse) == []


def release(warehouse: psycopg.Connection, release_id: str, status: str, hours_ago: int) -> None:
    warehouse.execute(
        "insert into ops.policy_versions (policy_version, document) values ('p1', '{}') on conflict do nothing"
    )
    warehouse.execute(
        "insert into ops.releases (release_id, as_of_date, policy_version, status, started_at, reason)"
        " values (%s, current_date, 'p1', %s, now() - make_interval(hours => %s), 'too many moves')",
        [release_id, status, hours_ago],
    )


def test_what_waits_for_a_person_is_told_until_it_is_answered(
    warehouse: psycopg.Connection, warehouse_url: str
) -> None:
    note_asked(warehouse_url, "hubspot-1", "Send this to hubspot?", "hubspot: 9 creations\nOver budget: 9 of 10")
    [state] = told(warehouse)
    assert (state.kind, state.subject) == ("approval-waits", "hubspot-1")
    assert state.what == "Send this to hubspot? hubspot: 9 creations"
    note_answered(warehouse_url, "hubspot-1", "Approve")
    assert told(warehouse) == []
    note_asked(warehouse_url, "hubspot-1", "Send this to hubspot?", "again")
    assert [again.digest != state.digest for again in told(warehouse)] == [True]
    warehouse.execute("update ops.approvals set asked_at = now() - interval '22 hours'")
    assert told(warehouse) == []


def test_a_key_that_looks_like_an_address_is_not_shown(warehouse: psycopg.Connection) -> None:
    release(warehouse, "someone@example.com", "held", 1)
    [state] = told(warehouse)
    assert state.row_keys == ["(a key with an address)"]
