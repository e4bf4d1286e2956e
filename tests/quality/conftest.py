from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pytest

from abm.landing import ensure_tables, stage
from abm.sources import entities

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def stage_rows(warehouse_url: str, warehouse: psycopg.Connection) -> Callable[..., None]:
    """Return a function that stages rows of one entity as a source would deliver them."""
    ensure_tables(warehouse_url, entities("salesforce"))

    def stage_one(source: str, name: str, rows: list[Row], *, batch_id: str = "b1", is_full: bool = True) -> None:
        entity = next(entity for entity in entities(source) if entity.name == name)
        table = pa.Table.from_pylist(rows, schema=entity.schema)
        stage(warehouse_url, entity, iter(table.to_batches()), batch_id=batch_id, is_full=is_full, cursor_from=None)

    return stage_one


@pytest.fixture
def accounts(now: datetime) -> list[Row]:
    """A hundred sound Salesforce accounts."""
    return [
        {
            "id": f"001{number:015d}",
            "name": f"Company {number}",
            "annual_revenue": 1000.0 * number,
            "number_of_employees": float(number),
            "is_deleted": False,
            "created_date": now - timedelta(days=400),
            "system_modstamp": now - timedelta(hours=number),
        }
        for number in range(100)
    ]
