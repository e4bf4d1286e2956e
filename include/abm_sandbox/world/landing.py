"""Fill the raw tables without HTTP, by the product's own landing: for benchmarks and tests at any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from abm import landing, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abm.entities import Entity
    from abm_sandbox.world.changes import Changes
    from abm_sandbox.world.generate import World

PLATFORMS = ("salesforce", "hubspot")
# The records name associations by their ends' singular, the world by HubSpot's object types.
_OBJECT_TYPES = {"deal/company": "deals/companies", "contact/company": "contacts/companies"}


def world_object(entity: Entity) -> str:
    """Return the name of the world's table that holds the entity."""
    return _OBJECT_TYPES.get(entity.object, entity.object)


def land_world(url: str, world: World, batch_id: str = "world") -> dict[str, landing.Counts]:
    """Land every object of the world as a first, full load, and return what was merged by `source.entity`."""
    counts = {}
    for platform in PLATFORMS:
        entities = sources.entities(platform)
        landing.ensure_tables(url, entities)
        for entity in entities:
            tables = world.batches(platform, world_object(entity))
            counts[f"{platform}.{entity.name}"] = _land(url, entity, tables, batch_id, is_full=True)
    return counts


def land_changes(url: str, changes: Changes, batch_id: str) -> dict[str, landing.Counts]:
    """Land a night's changes as an incremental load of the objects they touch."""
    counts = {}
    for platform in PLATFORMS:
        tables = getattr(changes, platform)
        for entity in sources.entities(platform):
            if entity.object in tables:
                rows = [tables[entity.object]]
                counts[f"{platform}.{entity.name}"] = _land(url, entity, rows, batch_id, is_full=False)
    return counts


def _land(url: str, entity: Entity, tables: Iterable[pa.Table], batch_id: str, *, is_full: bool) -> landing.Counts:
    batches = _by_our_names(entity, tables)
    landing.stage(url, entity, batches, batch_id=batch_id, is_full=is_full, cursor_from=None)
    return landing.merge(url, entity, batch_id)


def _by_our_names(entity: Entity, tables: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    for table in tables:
        complete = table
        for field in sorted({column.field for column in entity.columns} - set(table.column_names)):
            complete = complete.append_column(field, pa.nulls(table.num_rows))
        named = complete.select([column.field for column in entity.columns]).rename_columns(entity.schema.names)
        yield from named.cast(entity.schema).to_batches()
