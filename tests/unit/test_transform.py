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
