"""How a dbt run is started, and what its failures say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from abm import transform
from abm.errors import AbmError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.dbt.conftest import Nights

    Models = Mapping[str, Mapping[str, Mapping[str, Mapping[str, object]]]]

pytestmark = pytest.mark.integration

AUDIENCE_MODELS = frozenset({"audience_members"})  # what leaves for platforms, hashed or named as they ask


@pytest.fixture(scope="module")
def models(nights: Nights) -> Models:
    path = transform.parse(nights.url)
    assert path == transform.manifest_path()
    manifest = orjson.loads(path.read_bytes())
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def test_unit_tests_of_every_rule_pass(nights: Nights) -> None:
    nights.build()
    ran = transform.run_dbt(nights.url, "test", "--select", "test_type:unit,path:models/staging", *_entity_unit_tests())

    assert ran.returncode == 0, ran.stdout
    assert "TOTAL=0" not in ran.stdout


def _entity_unit_tests() -> list[str]:
    folders = ("accounts", "people", "opportunities", "activities", "spend")
    return [f"test_type:unit,path:models/intermediate/{folder}" for folder in folders]


def test_failure_names_the_model(nights: Nights) -> None:
    with connect(nights.url) as connection:
        connection.execute('alter table raw_salesforce."user" rename to user_away')
    with pytest.raises(AbmError, match="model stg_salesforce__users: Database Error"):
        transform.build(nights.url, select="stg_salesforce__users")
    with connect(nights.url) as connection:
        connection.execute('alter table raw_salesforce.user_away rename to "user"')


def test_warehouse_that_is_not_there_is_told(nights: Nights) -> None:
    with pytest.raises(AbmError, match="dbt"):
        transform.build(nights.url.replace("127.0.0.1", "127.0.0.2"), select="int_accounts")


def test_every_model_and_column_is_described(models: Models) -> None:
    silent = [
        name
        for name, model in models.items()
        if not model["description"] or not all(column["description"] for column in model["columns"].values())
    ]

    assert len(models) > 50
    assert silent == []


def test_personal_columns_reach_no_mart(models: Models) -> None:
    personal = {name for model in models.values() for name in _personal(model)}
    leaked = {
        (name, column)
        for name, model in models.items()
        if model["schema"].startswith("candidate_") and name not in AUDIENCE_MODELS
        for column in model["columns"]
        if column in personal or column in _personal(model)
    }

    assert {"email", "first_name", "phone", "recipient_email"} <= personal
    assert leaked == set()


def _personal(model: Mapping[str, Mapping[str, Mapping[str, object]]]) -> list[str]:
    return [name for name, column in model["columns"].items() if column["config"].get("meta", {}).get("personal")]
