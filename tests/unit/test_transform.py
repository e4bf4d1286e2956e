"""What dbt is told by its environment."""

from __future__ import annotations

from abm import transform

URL = "postgresql://abm:s%40cret@db.example:5433/warehouse"


def test_environment_carries_the_parts_of_the_url() -> None:
    environment = transform.dbt_environment(URL)

    assert environment["DBT_ENV_SECRET_ABM_HOST"] == "db.example"
    assert environment["ABM_DBT_PORT"] == "5433"
    assert environment["DBT_ENV_SECRET_ABM_USER"] == "abm"
    assert environment["DBT_ENV_SECRET_ABM_PASSWORD"] == "s@cret"
    assert environment["DBT_ENV_SECRET_ABM_DBNAME"] == "warehouse"


def test_password_stands_only_where_dbt_scrubs_it() -> None:
    holding = {name for name, value in transform.dbt_environment(URL).items() if "s@cret" in value}

    assert holding == {"DBT_ENV_SECRET_ABM_PASSWORD"}


def test_dbt_writes_nothing_into_the_checkout() -> None:
    environment = transform.dbt_environment(URL)

    assert str(transform.target_dir()) == environment["DBT_TARGET_PATH"]
    assert transform.DBT_PROJECT_DIR not in transform.target_dir().parents


def test_failure_tells_the_model_and_no_value_of_a_row() -> None:
    message = (
        "Database Error in model int_people (models/intermediate/people/int_people.sql)\n"
        '  invalid input syntax for type numeric: "ann@acme.example"\n'
        "  DETAIL: Key (email)=(ann@acme.example) already exists."
    )
    told = transform.told_failures(
        {"results": [{"unique_id": "model.abm.int_people", "status": "error", "message": message}]}
    )

    assert "model int_people" in told
    assert "invalid input syntax for type numeric" in told
    assert "ann@acme.example" not in told


def test_more_failures_than_fit_are_counted() -> None:
    failed = [{"unique_id": f"test.abm.t{n}.hash", "status": "fail", "message": "Got 1 result"} for n in range(5)]

    assert "and 2 more" in transform.told_failures({"results": failed})
