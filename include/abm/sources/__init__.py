"""Sources by name. Adding one: a folder with `source.py` and `records.py`, and its name in `SOURCES`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from abm.entities import Entity
    from abm.settings import Connection

# Names only: DAG files read them at every parse, and the shapes of the entities need pyarrow.
SOURCES = ("salesforce", "hubspot", "files")
PARTIAL_SOURCES = frozenset({"files"})  # each of them is a PartialSource


class Source(Protocol):
    """A connected source. Constructors store arguments; the first request happens in `extract`."""

    def extract(self, entity: Entity, cursor: str | None) -> Iterator[pa.RecordBatch]:
        """Yield the entity's rows in `entity.schema`, changed since the cursor (ISO time), or all of them for None."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class PartialSource(Protocol):
    """A source that may have only some of its entities: of the others it says nothing, and they stay as they are."""

    def delivers(self, entity: Entity) -> bool: ...


def open_source(name: str, connection: Connection) -> Source:
    """Return the named source, reached by the connection; raises ConfigurationError for a name not registered."""
    if name not in SOURCES:
        raise ConfigurationError(Fault(f"source {name!r}", "is not known", f"Use one of {', '.join(SOURCES)}"))
    source: Source = import_module(f"abm.sources.{name}.source").connect(connection)
    return source


def entities(name: str) -> tuple[Entity, ...]:
    """Return what the named source delivers."""
    delivered: tuple[Entity, ...] = import_module(f"abm.sources.{name}.records").ENTITIES
    return delivered


def person_entities() -> list[Entity]:
    """Return what of every source is about people."""
    return [entity for name in SOURCES for entity in entities(name) if entity.person_columns]
