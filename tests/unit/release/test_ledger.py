from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm.warehouse import connect

from .conftest import FIRST_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from .conftest import Nights

STYLES = ["one_to_one", "one_to_few", "one_to_many"]


def day(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number)


def ledger(warehouse: psycopg.Connection, account_id: str) -> list[tuple[str, dt.date, dt.date | None]]:
    return warehouse.execute(
        "select effective_style, valid_from, valid_to from ops.style_ledger where account_id = %s order by valid_from",
        [account_id],
    ).fetchall()


def test_change_of_style_closes_one_row_and_opens_the_next(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one"}, day(0))
    nights.publish("r2", {"a": "one_to_few"}, day(3))
    assert ledger(warehouse, "a") == [("one_to_one", day(0), day(3)), ("one_to_few", day(3), None)]


def test_unchanged_account_keeps_its_row(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one"}, day(0))
    nights.publish("r2", {"a": "one_to_one"}, day(1))
    assert ledger(warehouse, "a") == [("one_to_one", day(0), None)]


def test_vanished_account_is_closed_and_may_come_back(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one", "b": "one_to_one"}, day(0))
    nights.publish("r2", {"b": "one_to_one"}, day(1))
    nights.publish("r3", {"a": "one_to_one", "b": "one_to_one"}, day(5))
    assert ledger(warehouse, "a") == [("one_to_one", day(0), day(1)), ("one_to_one", day(5), None)]


def test_second_release_of_a_day_replaces_the_first(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one", "b": "one_to_few"}, day(0))
    nights.publish("r2", {"a": "one_to_few", "c": "one_to_one"}, day(1))
    nights.publish("r3", {"a": "one_to_one", "b": "one_to_many"}, day(1))
    assert ledger(warehouse, "a") == [("one_to_one", day(0), None)]
    assert ledger(warehouse, "b") == [("one_to_few", day(0), day(1)), ("one_to_many", day(1), None)]
    assert ledger(warehouse, "c") == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(
        st.tuples(st.integers(0, 1), st.dictionaries(st.sampled_from("abcd"), st.sampled_from(STYLES), min_size=1)),
        min_size=1,
        max_size=5,
    )
)
def test_ledger_answers_which_style_held_on_each_day(
    nights: Nights, history: list[tuple[int, Mapping[str, str]]]
) -> None:
    with connect(nights.url, autocommit=True) as warehouse:
        warehouse.execute("delete from ops.style_ledger")
        warehouse.execute("delete from ops.releases")
        truth: dict[dt.date, Mapping[str, str]] = {}
        today = 0
        for number, (days, styles) in enumerate(history):
            today += days
            nights.publish(f"h{number}", styles, day(today))
            truth[day(today)] = styles

        for date, styles in truth.items():
            held = warehouse.execute(
                "select account_id, effective_style from ops.style_ledger"
                " where valid_from <= %(date)s and (valid_to is null or valid_to > %(date)s)",
                {"date": date},
            ).fetchall()
            assert len(held) == len(dict(held))
            assert dict(held) == styles
