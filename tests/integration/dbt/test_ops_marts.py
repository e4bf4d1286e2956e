"""The marts over what is sent, views that builds leave alone, and the alerts and runbooks that read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from abm import transform
from abm.alerts import KINDS
from abm.alerts.messages import RUNBOOKS
from abm.alerts.states import read_states
from abm.policy.load import load_policy
from abm.policy.versions import store_policy
from abm.settings import PROJECT_DIR
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import psycopg

    from abm.alerts.changes import State

QUERY = re.compile(r'abm query "([^"]+)"')
SELECT = "path:models/ops_marts"
VIEWS = "select relname, oid, relacl::text from pg_class where relnamespace = 'ops_marts'::regnamespace order by 1"


@pytest.fixture(scope="module")
def built(new_database: Callable[[], str]) -> str:
    """The URL of a warehouse in which nothing was ever sent, with the views over it."""
    url = new_database()
    transform.build(url, select=SELECT)
    return url


@pytest.fixture
def warehouse(built: str) -> Iterator[psycopg.Connection]:
    with connect(built) as connection:
        yield connection
        connection.rollback()


def test_what_is_sent_after_a_build_is_seen_at_once(warehouse: psycopg.Connection) -> None:
    assert warehouse.execute("select * from ops_marts.fct_sync_health").fetchall() == []
    warehouse.execute(
        "insert into ops.sync_runs (run_id, destination, status, rows_desired, rows_planned)"
        " values ('r1', 'hubspot', 'finished', 3, 2)"
    )
    warehouse.execute(
        "insert into ops.sync_changes (run_id, destination, object_key, operation, outcome, reason_code, finished_at)"
        " values ('r1', 'hubspot', '1', 'update', 'updated', null, now()),"
        " ('r1', 'hubspot', '2', 'remove', 'failed', 'UNREACHABLE', now() - interval '3 days')"
    )
    assert warehouse.execute(
        "select latest_run_id, rows_failed, removals_waiting from ops_marts.fct_sync_health"
    ).fetchall() == [("r1", 1, 1)]
    assert warehouse.execute(
        "select object_key, waits_as, waiting_days, meaning from ops_marts.fct_sync_waiting_rows"
    ).fetchall() == [("2", "failed", 3, "the platform did not answer; comes again by itself")]


def test_no_column_shows_what_was_sent(warehouse: psycopg.Connection) -> None:
    columns = warehouse.execute(
        "select column_name from information_schema.columns"
        " where table_schema = 'ops_marts' and data_type in ('jsonb', 'json')"
    ).fetchall()
    assert columns == []


def test_a_build_leaves_views_and_the_rights_on_them_alone(built: str) -> None:
    with connect(built, autocommit=True) as connection:
        connection.execute("grant select on ops_marts.fct_sync_runs to public")
        connection.execute("create view public.on_top as select * from ops_marts.fct_sync_health")
        before = connection.execute(VIEWS).fetchall()
    again = transform.build(built, select=SELECT)
    with connect(built) as connection:
        assert connection.execute(VIEWS).fetchall() == before
        assert connection.execute("select count(*) from public.on_top").fetchone() == (0,)
    assert again.unchanged == len(before)


def test_every_query_of_the_runbooks_can_be_asked(warehouse: psycopg.Connection) -> None:
    pages = (PROJECT_DIR / RUNBOOKS).glob("*.md")
    queries = [query for page in pages for query in QUERY.findall(page.read_text(encoding="utf-8"))]
    assert len(queries) >= len(KINDS)
    for query in queries:
        warehouse.execute(query.encode())


def told(warehouse: psycopg.Connection) -> dict[str, list[State]]:
    states, read = read_states(warehouse, KINDS, pytest.fail)
    assert read == set(KINDS)
    return {kind: [state for state in states if state.kind == kind] for kind in {state.kind for state in states}}


def run(warehouse: psycopg.Connection, run_id: str, status: str, *, hours_ago: int = 1, destination: str = "x") -> None:
    warehouse.execute(
        "insert into ops.sync_runs (run_id, destination, status, is_dry_run, rows_desired, rows_planned, planned_at,"
        " finished_at, guard_reason) values (%(id)s, %(to)s, %(status)s, %(status)s = 'dry_run', 9, 9,"
        " now() - make_interval(hours => %(ago)s), now(), E'two\\nlines')",
        {"id": run_id, "to": destination, "status": status, "ago": hours_ago},
    )


@pytest.mark.parametrize(
    ("status", "hours_ago", "kind"),
    [
        ("failed", 1, "run-not-finished"),
        ("abandoned", 1, "run-not-finished"),
        ("sending", 7, "run-not-finished"),
        ("held", 1, "run-held"),
        ("sending", 5, None),
        ("planned", 7, None),
        ("finished", 1, None),
    ],
)
def test_a_run_that_did_not_go_through_is_told(
    warehouse: psycopg.Connection, status: str, hours_ago: int, kind: str | None
) -> None:
    run(warehouse, "r1", "finished", hours_ago=48)
    run(warehouse, "r2", status, hours_ago=hours_ago)
    run(warehouse, "d3", "dry_run", hours_ago=0)
    assert list(told(warehouse)) == ([kind] if kind else [])


def test_a_held_run_is_told_with_its_rows_and_its_reason(warehouse: psycopg.Connection) -> None:
    run(warehouse, "r1", "held")
    warehouse.execute(
        "insert into ops.sync_changes (run_id, destination, object_key, operation, outcome)"
        " select 'r1', 'x', 'k' || number, 'update', 'held' from generate_series(1, 7) as number"
    )
    [state] = told(warehouse)["run-held"]
    assert state.what == "nothing of its run r1 was sent: two lines"
    assert (state.rows_affected, state.row_keys) == (7, ["k1", "k2", "k3", "k4", "k5"])


def refuse(warehouse: psycopg.Connection, keys: Sequence[str], code: str, hours_ago: int) -> None:
    warehouse.execute(
        "insert into ops.sync_refusals (destination, object_key, operation, reason_code, run_id, refused_at)"
        " select 'x', key, 'update', %s, 'r', now() - make_interval(hours => %s) from unnest(%s::text[]) as key",
        [code, hours_ago, list(keys)],
    )


def test_refused_rows_are_another_state_when_new_ones_are_refused(warehouse: psycopg.Connection) -> None:
    refuse(warehouse, ["a", "b", "c"], "LONG", 48)
    refuse(warehouse, ["d"], "GONE", 48)
    [gone, before] = told(warehouse)["rows-refused"]
    assert (gone.subject, before.subject, before.rows_affected) == ("x GONE", "x LONG", 3)
    warehouse.execute("delete from ops.sync_refusals where object_key = 'a'")
    assert told(warehouse)["rows-refused"][1].digest == before.digest
    refuse(warehouse, ["e"], "LONG", 1)
    after = told(warehouse)["rows-refused"][1]
    assert after.digest != before.digest
    assert after.row_keys == ["e", "b", "c"]
    assert after.what == "3 rows are refused, 1 of them in the latest run that met any"


def test_rows_are_told_from_their_third_failed_run_on(warehouse: psycopg.Connection) -> None:
    warehouse.execute(
        "insert into ops.sync_failures (destination, object_key, operation, reason_code, attempts, run_id)"
        " select 'x', 'k' || attempts, 'update', 'LOCK', attempts, 'r' from generate_series(1, 4) as attempts"
    )
    [state] = told(warehouse)["rows-failing"]
    assert state.row_keys == ["k4", "k3"]
    assert state.what == "2 rows failed in 3 to 4 runs in a row"


@pytest.mark.parametrize(
    ("first_hours_ago", "acknowledged_hours_ago", "operation", "is_told"),
    [(37, 99, "remove", True), (35, 99, "remove", False), (37, 36, "remove", False), (37, 99, "create", False)],
)
def test_who_must_leave_an_audience_is_told_after_the_second_run(
    warehouse: psycopg.Connection, first_hours_ago: int, acknowledged_hours_ago: int, operation: str, *, is_told: bool
) -> None:
    run(warehouse, "r1", "finished", hours_ago=first_hours_ago)
    run(warehouse, "r2", "finished", hours_ago=1)
    warehouse.execute(
        "insert into ops.sync_changes (run_id, destination, object_key, operation, outcome)"
        " select run_id, 'x', key, %s, 'failed' from unnest(array['r1', 'r2']) as run_id,"
        " unnest(array['ABM one/m1', 'r9']) as key",
        [operation],
    )
    warehouse.execute(
        "insert into ops.sync_state (destination, object_key, payload, run_id, acknowledged_at)"
        " values ('x', 'ABM one/m1', '{}', 'r0', now() - make_interval(hours => %s))",
        [acknowledged_hours_ago],
    )
    states = told(warehouse).get("removal-late", [])
    assert [(state.row_keys, state.rows_affected) for state in states] == [(["ABM one/m1"], 1)] * is_told


@pytest.mark.parametrize(("days", "is_told"), [(2, False), (3, True)])
def test_an_opt_out_is_told_that_is_not_confirmed_in_the_policys_days(
    warehouse: psycopg.Connection, days: int, *, is_told: bool
) -> None:
    publish(warehouse)
    warehouse.execute(
        "insert into ops.opt_out_ledger (person_id, valid_from, status, source, release_id)"
        " values ('hubspot:7', current_date - %s, 'opted_out', 'hubspot', 'r1')",
        [days],
    )
    warehouse.execute(
        "insert into ops.sync_state (destination, object_key, payload, run_id)"
        " values ('x', 'ABM one/hubspot:7', '{}', 'r0'), ('x', 'ABM one/hubspot:8', '{}', 'r0')"
    )
    states = told(warehouse).get("opt-out-late", [])
    assert [state.row_keys for state in states] == [["ABM one/hubspot:7"]] * is_told


def publish(warehouse: psycopg.Connection) -> None:
    version = store_policy(warehouse, load_policy(None))
    warehouse.execute(
        "insert into ops.releases (release_id, as_of_date, policy_version, status)"
        " values ('r1', current_date, %s, 'published')",
        [version],
    )


def read_size(warehouse: psycopg.Connection, size: int | None, days_ago: int, status: str = "READY") -> None:
    warehouse.execute(
        "insert into ops.audience_sizes"
        " (destination, audience, read_on, read_at, status, members, audience_size, minimum)"
        " values ('x', 'ABM one', current_date - %(ago)s, now(), %(status)s, 100, %(size)s, 300)",
        {"ago": days_ago, "status": status, "size": size},
    )


@pytest.mark.parametrize(
    ("sizes", "kinds"),
    [
        ((1000, 500), set()),
        ((1000, 499), {"audience-collapsed"}),
        ((500, 300), set()),
        ((500, 299), {"audience-small"}),
        ((1000, 299), {"audience-small", "audience-collapsed"}),
        ((299, 300), set()),
    ],
)
def test_an_audience_is_told_that_is_too_small_or_lost_its_people(
    warehouse: psycopg.Connection, sizes: tuple[int, int], kinds: set[str]
) -> None:
    publish(warehouse)
    read_size(warehouse, sizes[0], 1)
    read_size(warehouse, sizes[1], 0)
    assert set(told(warehouse)) == kinds


def test_edits_are_another_state_when_new_ones_are_found(warehouse: psycopg.Connection) -> None:
    edit = (
        "insert into ops.field_edits (destination, object_key, field, platform_field, found_digest, decision, since,"
        " found_at) values ('x', %s, 'abm_style', 'ABM_Style__c', 'd', %s, current_date,"
        " now() + make_interval(secs => %s))"
    )
    warehouse.execute(edit, ["r1", "respected", 0])
    warehouse.execute(edit, ["r2", "restored", 1])
    [before] = told(warehouse)["edits-found"]
    assert before.row_keys == ["r2", "r1"]
    assert "2 records" in before.what
    assert "1 respected, 1 put back, 0 only reported" in before.what
    warehouse.execute(edit, ["r3", "reported", 2])
    [after] = told(warehouse)["edits-found"]
    assert after.digest != before.digest
