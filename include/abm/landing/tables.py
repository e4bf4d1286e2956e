"""Raw and incoming tables of the entities: their names, columns and indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm import entities as types
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from abm.entities import Entity

_SQL_TYPES = {
    types.TEXT: "text",
    types.NUMBER: "double precision",
    types.INTEGER: "bigint",
    types.BOOLEAN: "boolean",
    types.DATE: "date",
    types.TIMESTAMP: "timestamptz",
}


def ensure_tables(warehouse: str | psycopg.Connection, entities: Iterable[Entity]) -> None:
    """Create raw and incoming tables that are missing, and add new columns; a second call changes nothing.

    A new column empties the entity's cursor, so that the next load fills it for all rows.
    """
    if isinstance(warehouse, str):
        with connect(warehouse) as connection:
            ensure_tables(connection, entities)
        return
    with warehouse.transaction():
        warehouse.execute("select pg_advisory_xact_lock(hashtext('abm raw tables'))")
        for entity in entities:
            _ensure_raw_table(warehouse, entity)
            warehouse.execute(f"create schema if not exists {entity.incoming_schema}")
            warehouse.execute(f"create unlogged table if not exists {incoming_table(entity)} ({column_list(entity)})")


def create_indexes(connection: psycopg.Connection, entity: Entity) -> None:
    connection.execute(
        f"alter table {raw_table(entity)} add constraint {_primary_key(entity)} primary key ({name_list(entity.key)})"
    )
    connection.execute(f"create index {_landed_at_index(entity)} on {raw_table(entity)} (_landed_at)")


def drop_indexes(connection: psycopg.Connection, entity: Entity) -> None:
    connection.execute(f"alter table {raw_table(entity)} drop constraint {_primary_key(entity)}")
    connection.execute(f"drop index {entity.raw_schema}.{_landed_at_index(entity)}")


def raw_table(entity: Entity) -> str:
    return f"{entity.raw_schema}.{quoted(entity.name)}"


def incoming_table(entity: Entity) -> str:
    return f"{entity.incoming_schema}.{quoted(entity.name)}"


def column_list(entity: Entity) -> str:
    return ", ".join(f"{quoted(column.name)} {_SQL_TYPES[column.type]}" for column in entity.columns)


def name_list(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))


def quoted(name: str) -> str:
    return f'"{name}"'


def told_name(entity: Entity) -> str:
    return f"{entity.source}.{entity.name}"


def _ensure_raw_table(connection: psycopg.Connection, entity: Entity) -> None:
    existing = {
        row[0]
        for row in connection.execute(
            "select column_name from information_schema.columns where table_schema = %s and table_name = %s",
            [entity.raw_schema, entity.name],
        )
    }
    if not existing:
        connection.execute(f"create schema if not exists {entity.raw_schema}")
        connection.execute(
            f"""
            create table {raw_table(entity)} (
                {column_list(entity)},
                _landed_at timestamptz not null default now(),
                _batch_id text,
                _is_deleted boolean not null default false
            )
            """
        )
        create_indexes(connection, entity)
        return
    missing = [column for column in entity.columns if column.name not in existing]
    for column in missing:
        connection.execute(
            f"alter table {raw_table(entity)} add column {quoted(column.name)} {_SQL_TYPES[column.type]}"
        )
    if missing:
        connection.execute(
            "delete from ops.source_cursors where source = %s and entity = %s", [entity.source, entity.name]
        )


def _primary_key(entity: Entity) -> str:
    return quoted(f"{entity.name}_pkey")


def _landed_at_index(entity: Entity) -> str:
    return quoted(f"{entity.name}_landed_at")
