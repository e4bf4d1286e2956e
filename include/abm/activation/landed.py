"""What a CRM's records were when they landed last: the table that a destination of records is read back from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from abm.sources import SOURCES, entities

if TYPE_CHECKING:
    import psycopg

    from abm.entities import Entity

_RECORDS = {"salesforce": "account", "hubspot": "company"}


def landed_records(connection: psycopg.Connection, destination: str) -> Entity | None:
    """Return the entity whose raw table holds the destination's records; None where nothing of it can have landed."""
    if destination not in _RECORDS or destination not in SOURCES:
        return None
    found = next(entity for entity in entities(destination) if entity.name == _RECORDS[destination])
    row = connection.execute("select to_regclass(%s) is not null", [f"{found.raw_schema}.{found.name}"]).fetchone()
    return found if row == (True,) else None


def raw_table(entity: Entity) -> sql.Identifier:
    return sql.Identifier(entity.raw_schema, entity.name)
