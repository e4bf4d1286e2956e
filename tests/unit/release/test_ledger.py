from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm.errors import HeldError
from abm.release import BuildContext
from abm.release.ledger import LEDGERS, Ledger, append_ledger
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


def test_release_without_a_ledger_mart_is_refused(nights: Nights, warehouse: psycopg.Connection) -> None:
    nights.publish("r1", {"a": "one_to_one"}, day(0))
    unknown = Ledger("style_ledger", "fct_nowhere", ("account_id",), ("effective_style",))
    with pytest.raises(HeldError, match="no fct_nowhere"):
        append_ledger(warehouse, unknown, context(0))
    assert ledger(warehouse, "a") == [("one_to_one", day(0), None)]


def test_every_ledger_names_columns_that_its_table_has(warehouse: psycopg.Connection) -> None:
    for known in LEDGERS:
        columns = {
            name
            for (name,) in warehouse.execute(
                "select column_name from information_schema.columns where table_schema = 'ops' and table_name = %s",
                [known.table],
            )
        }
        assert {*known.key, *known.ends_with} <= columns


Day = tuple[int, dict[str, tuple[str, str | None]]]
NIGHTS = st.lists(
    st.tuples(
        st.integers(0, 2),  # days since the night before; 0: a second release of the same day
        st.dictionaries(
            st.sampled_from("abcd"), st.tuples(st.sampled_from(STYLES), st.sampled_from(["same", "other", None]))
        ),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=NIGHTS, rerun=st.booleans())
def test_ledger_answers_for_every_day_whatever_came_after(
    warehouse_url: str, history: list[Day], *, rerun: bool
) -> None:
    with connect(warehouse_url) as warehouse:
        truth: dict[dt.date, Mapping[str, tuple[str, str | None]]] = {}
        today = 0
        open_notes(warehouse)
        for days, notes in history:
            today += days
            write_mart(warehouse, notes)
            for _ in range(1 + rerun):
                append_ledger(warehouse, NOTES, context(today))
            truth[day(today)] = notes
            assert_every_day_is_answered(warehouse, truth, today)
        warehouse.rollback()


NOTES = Ledger("note_ledger", "fct_notes", ("account_id",), ("style", "note"))


def open_notes(warehouse: psycopg.Connection) -> None:
    warehouse.execute(
        "create table ops.note_ledger (account_id text, style text, note text, valid_from date, valid_to date,"
        " release_id text, primary key (account_id, valid_from));"
        "create table marts.fct_notes (account_id text, style text, note text, left_out integer)"
    )


def write_mart(warehouse: psycopg.Connection, notes: Mapping[str, tuple[str, str | None]]) -> None:
    warehouse.execute("delete from marts.fct_notes")
    with warehouse.cursor() as cursor:
        cursor.executemany(
            "insert into marts.fct_notes values (%s, %s, %s, 1)", [(key, *row) for key, row in notes.items()]
        )


def context(number: int) -> BuildContext:
    return BuildContext("r", day(number), "p")


def assert_every_day_is_answered(
    warehouse: psycopg.Connection, truth: Mapping[dt.date, Mapping[str, tuple[str, str | None]]], today: int
) -> None:
    said: Mapping[str, tuple[str, str | None]] = {}
    for date in (day(number) for number in range(min(truth).toordinal() - day(0).toordinal(), today + 1)):
        said = truth.get(date, said)  # a day without a release is as the day before
        rows = warehouse.execute(
            "select account_id, style, note from ops.note_ledger"
            " where valid_from <= %(date)s and (valid_to is null or valid_to > %(date)s)",
            {"date": date},
        ).fetchall()
        assert sorted(rows) == sorted((key, *row) for key, row in said.items())
    empty = warehouse.execute("select count(*) from ops.note_ledger where valid_to <= valid_from").fetchone()
    assert empty == (0,)
