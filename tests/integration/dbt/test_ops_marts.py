"""The marts over what is sent: views that a later night's sending is seen through, and that builds leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm import transform
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

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
