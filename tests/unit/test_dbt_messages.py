"""What a failed dbt run is told as: which model, why, and no value of a row."""

from __future__ import annotations

from pathlib import Path

from abm.dbt_messages import told_failures, without_rows


def test_failure_tells_the_model_and_no_value_of_a_row() -> None:
    message = (
        "Database Error in model int_people (models/intermediate/people/int_people.sql)\n"
        '  invalid input syntax for type numeric: "ann@acme.example"\n'
        "  DETAIL: Key (email)=(ann@acme.example) already exists."
    )
    told = told_failures(
        {"results": [{"unique_id": "model.abm.int_people", "status": "error", "message": message}]}, Path("target")
    )

    assert "model int_people" in told
    assert "invalid input syntax for type numeric" in told
    assert "ann@acme.example" not in told


def test_more_failures_than_fit_are_counted() -> None:
    failed = [{"unique_id": f"test.abm.t{n}.hash", "status": "fail", "message": "Got 1 result"} for n in range(5)]

    assert "and 2 more" in told_failures({"results": failed}, Path("target"))


def test_a_row_is_cut_off_with_all_lines_of_its_values() -> None:
    message = (
        'new row violates check constraint "is_positive"\n  DETAIL:  Failing row contains (Ann\nSole Trader, -1).\n'
    )

    assert without_rows(message) == 'new row violates check constraint "is_positive"\n'
