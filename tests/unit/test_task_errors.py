"""Errors of tasks: the database's words, which quote rows, never reach Airflow's log."""

from __future__ import annotations

import pytest

from abm.errors import AbmError, HeldError
from abm.warehouse import connect
from abm_airflow.errors import errors_told


def test_a_row_that_the_database_quotes_is_not_told(warehouse_url: str) -> None:
    @errors_told
    def write_twice() -> None:
        with connect(warehouse_url) as connection:
            connection.execute("create temporary table people (email text primary key)")
            connection.execute("insert into people values ('ada@example.com'), ('ada@example.com')")

    with pytest.raises(AbmError) as raised:
        write_twice()
    assert "ada@example.com" not in str(raised.value)
    assert raised.value.__suppress_context__  # Airflow logs the chain


def test_our_own_errors_and_answers_pass() -> None:
    @errors_told
    def hold(*, reason: str) -> None:
        raise HeldError(reason)

    with pytest.raises(HeldError, match="too few rows"):
        hold(reason="too few rows")
    assert errors_told(sum)([1, 2]) == 3
    assert hold.__name__ == "hold"
