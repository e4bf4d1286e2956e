"""Sources by name. Adding one: a folder with `source.py` and `records.py`, and a line in the registry."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from abm.errors import ConfigurationError, Fault
from abm.sources.files import records as files
from abm.sources.hubspot import records as hubspot
from abm.sources.salesforce import records as salesforce

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from abm.entities import Entity
    from abm.settings import Connection

REGISTRY: dict[str, tuple[Entity, ...]] = {
    "salesforce": salesforce.ENTITIES,
    "hubspot": hubspot.ENTITIES,
    "files": files.ENTITIES,
}


class Source(Protocol):
    """A connected source. Constructors store arguments; the first request happens in `extract`."""

    def extract(self, entity: Entity, cursor: str | None) -> Iterator[pa.RecordBatch]:
        """Yield the entity's rows in `entity.schema`, changed since the cursor (ISO time), or all of them for None."""
        ...

    def close(self) -> None: ...


def open_source(name: str, connection: Connection) -> Source:
    """Return the named source, reached by the connection; raises ConfigurationError for a name not registered."""
    if name not in REGISTRY:
        raise ConfigurationError(Fault(f"source {name!r}", "is not known", f"Use one of {', '.join(REGISTRY)}"))
    source: Source = import_module(f"abm.sources.{name}.source").connect(connection)
    return source


def entities(name: str) -> tuple[Entity, ...]:
    return REGISTRY[name]
