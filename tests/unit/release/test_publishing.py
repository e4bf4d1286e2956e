from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from abm import release
from abm.errors import BusyError, ConfigurationError, HeldError, RetryableError
from abm.release import publishing
from abm.warehouse import connect

if TYPE_CHECKING:
    from .conftest import Nights

DAY = dt.date(2026, 3, 2)
NEXT_DAY = dt.date(2026, 3, 3)


def live_styles(warehouse: psycopg.Connection) -> dict[str, str]:
    return dict(warehouse.execute("select account_id, effective_style from marts.fct_account_styles").fetchall())


def statuses(warehouse: psycopg.Connection) -> dict[str, str]:
    return dict(warehouse.execute("select release_id, status from ops.releases").fetchall())


def test_candidate_takes_the_place_of_the_live_tables(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one", "b": "one_to_many"})
    published = nights.publish("r2", {"a": "one_to_few", "c": "one_to_many"}, NEXT_DAY)

    assert live_styles(warehouse) == {"a": "one_to_few", "c": "one_to_many"}
    assert (published.accounts, published.accounts_changed) == (2, 1)
    assert statuses(warehouse) == {"r1": "superseded", "r2": "published"}
    assert warehouse.execute("select to_regclass('candidate_marts.fct_account_styles')").fetchone() == (None,)


def test_publishing_the_live_release_again_changes_nothing(nights: Nights, warehouse: psycopg.Connection) -> None:
    first = nights.publish("r1", {"a": "one_to_one"})
    assert release.publish(nights.url, "r1", "someone else") == first
    assert warehouse.execute("select decided_by from ops.releases").fetchall() == [("guard",)]


def test_digest_follows_the_content_not_the_release(nights: Nights) -> None:
    first = nights.publish("r1", {"a": "one_to_one", "b": "one_to_many"})
    again = nights.publish("r2", {"b": "one_to_many", "a": "one_to_one"})
    changed = nights.publish("r3", {"a": "one_to_one", "b": "one_to_few"})
    assert first.digest == again.digest != changed.digest


def test_the_planner_knows_that_a_build_has_one_context(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.build("r1", {"a": "one_to_one"})
    assert warehouse.execute(
        "select relname, reltuples from pg_class where relname in ('build_context', 'policy_factors') order by relname"
    ).fetchall() == [("build_context", 1), ("policy_factors", 5)]


def test_held_release_can_be_published_by_a_person(nights: Nights) -> None:
    nights.build("r1", {"a": "one_to_one"})
    release.hold(nights.url, "r1", "over budget")
    assert release.publish(nights.url, "r1", "marketing lead").accounts == 1


def test_rejected_release_is_never_published(nights: Nights) -> None:
    nights.build("r1", {"a": "one_to_one"})
    release.reject(nights.url, "r1", "wrong currency", decided_by="marketing lead")
    with pytest.raises(HeldError, match="rejected"):
        release.publish(nights.url, "r1", "marketing lead")


def test_candidate_of_another_release_is_never_published(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r0", {"a": "one_to_one"})
    nights.build("r1", {"a": "one_to_few"})
    release.start_build(nights.url, as_of=DAY, release_id="r2", policy=nights.policy)

    with pytest.raises(HeldError, match="built for release 'r1'"):
        release.publish(nights.url, "r2", "guard")
    with pytest.raises(HeldError, match="superseded"):
        release.publish(nights.url, "r1", "guard")
    assert live_styles(warehouse) == {"a": "one_to_one"}


def test_empty_candidate_leaves_the_live_release(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one"})
    with pytest.raises(HeldError, match="no accounts"):
        nights.publish("r2", {})
    assert live_styles(warehouse) == {"a": "one_to_one"}


def test_candidate_without_a_live_table_is_incomplete(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one"})
    nights.build("r2", {"a": "one_to_few"})
    warehouse.execute("drop table candidate_activation.crm_accounts")
    with pytest.raises(HeldError, match=r"activation\.crm_accounts is live but was not built"):
        release.publish(nights.url, "r2", "guard")
    assert live_styles(warehouse) == {"a": "one_to_one"}


def test_build_cannot_go_back_behind_the_live_date(nights: Nights) -> None:
    nights.publish("r1", {"a": "one_to_one"}, NEXT_DAY)
    with pytest.raises(HeldError, match="only grow forward"):
        nights.build("r2", {"a": "one_to_one"}, DAY)


def test_build_cannot_be_for_the_future(nights: Nights) -> None:
    with pytest.raises(ConfigurationError, match="lies in the future"):
        nights.build("r1", {"a": "one_to_one"}, dt.date(2999, 1, 1))


def test_second_publisher_steps_aside(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.build("r1", {"a": "one_to_one"})
    with connect(nights.url) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('abm release', 0))")
        with pytest.raises(BusyError, match="Another process"):
            release.publish(nights.url, "r1", "guard")
    assert statuses(warehouse) == {"r1": "building"}


def test_long_reader_of_the_live_tables_delays_the_release(
    nights: Nights, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "LOCK_SECONDS", 0.05)
    nights.publish("r1", {"a": "one_to_one"})
    nights.build("r2", {"a": "one_to_few"}, NEXT_DAY)
    with connect(nights.url) as reader:
        reader.execute("select * from marts.fct_account_styles")
        with pytest.raises(RetryableError, match="readers of the live tables"):
            release.publish(nights.url, "r2", "guard")
    assert release.publish(nights.url, "r2", "guard").accounts_changed == 1


def test_publisher_may_die_at_every_statement(
    nights: Nights, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.publish("r1", {"a": "one_to_one"})
    nights.build("r2", {"a": "one_to_few"}, NEXT_DAY)
    execute, left = psycopg.Cursor.execute, 0

    def mortal(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt
        return execute(*arguments, **options)

    deaths = 0
    while statuses(warehouse)["r2"] != "published":
        assert live_styles(warehouse) == {"a": "one_to_one"}
        deaths += 1
        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            left = deaths
            patch.setattr(psycopg.Cursor, "execute", mortal)
            release.publish(nights.url, "r2", "guard")
    assert deaths > 10
    assert live_styles(warehouse) == {"a": "one_to_few"}
    assert release.publish(nights.url, "r2", "guard").accounts == 1


def test_views_and_rights_of_the_users_survive(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one"})
    warehouse.execute("create schema reports")
    warehouse.execute("create view reports.styles as select account_id, effective_style from marts.fct_account_styles")
    warehouse.execute("create view reports.sizes as select count(*) as accounts from reports.styles")
    warehouse.execute("grant select on marts.fct_account_styles to public")

    nights.publish("r2", {"a": "one_to_one", "b": "one_to_few"}, NEXT_DAY)

    assert warehouse.execute("select accounts from reports.sizes").fetchone() == (2,)
    rights = "select has_table_privilege('pg_monitor', 'marts.fct_account_styles', 'select')"
    assert warehouse.execute(rights).fetchone() == (True,)


def test_view_that_no_longer_fits_stops_the_release(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one"})
    warehouse.execute("create view staging.reasons as select reason from marts.fct_account_styles")
    nights.build("r2", {"a": "one_to_few"})
    warehouse.execute("alter table candidate_marts.fct_account_styles drop column reason cascade")
    warehouse.execute("alter table candidate_marts.fct_account_styles add column why text")

    with pytest.raises(HeldError, match=r"staging\.reasons"):
        release.publish(nights.url, "r2", "guard")
    assert live_styles(warehouse) == {"a": "one_to_one"}
