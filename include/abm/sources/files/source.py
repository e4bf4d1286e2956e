"""A folder of CSV or Parquet files as a source: each canonical entity by its mapping, always as a full load."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from abm.errors import ConfigurationError, Fault
from abm.sources.files.lookups import Lookups
from abm.sources.files.mapping import load_mapping
from abm.sources.files.reading import find_files
from abm.sources.files.records import ENTITIES
from abm.sources.files.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from abm.entities import Entity
    from abm.settings import Connection
    from abm.sources.files.mapping import Mapping
    from abm.sources.files.rows import MappedFile


def connect(connection: Connection) -> FilesSource:
    """Return the source; extra `path` is the folder, `mapping` its mapping file (default: mapping.yml in it)."""
    where = f"connection {connection.conn_id}"
    if not (path := connection.extra.get("path")):
        raise ConfigurationError(Fault(where, "has no 'path'", "Set 'path' in its extra to the folder of the files"))
    folder = Path(str(path))
    if not folder.is_dir():
        raise ConfigurationError(Fault(where, f"{folder} is no folder", "Set 'path' in its extra to an existing one"))
    return FilesSource(folder, Path(str(connection.extra.get("mapping") or folder / "mapping.yml")))


class FilesSource:
    """Canonical entities made of the folder's files. Nothing is read before the first `extract`."""

    def __init__(self, folder: Path, mapping_path: Path) -> None:
        self._folder = folder
        self._mapping_path = mapping_path
        self._lookups = Lookups(folder)

    def delivers(self, entity: Entity) -> bool:
        """Tell whether the entity is mapped."""
        return entity.name in self._files

    def extract(self, entity: Entity, cursor: str | None) -> Iterator[pa.RecordBatch]:
        """Yield the entity's rows; an entity that is not mapped has none.

        Raises ConfigurationError with the faults of all files: headers before the first row, values after the last.
        """
        if (rows := self._rows(entity)) is None:
            return
        yield from rows.batches()
        if rows.faults:
            raise ConfigurationError(*rows.faults, *self._faults_elsewhere(entity))

    def close(self) -> None:
        """Do nothing: files are closed as soon as they are read."""

    @cached_property
    def _mapping(self) -> Mapping:
        return load_mapping(self._mapping_path)

    @cached_property
    def _files(self) -> dict[str, list[MappedFile]]:
        """The files of each mapped entity, with their headers checked."""
        found: dict[str, list[MappedFile]] = {}
        faults: list[Fault] = []
        for name, parts in self._mapping.entities.items():
            for mapped in parts:
                try:
                    files = find_files(self._folder, mapped, f"mapping {self._mapping_path.name}, entities.{name}")
                except ConfigurationError as error:
                    faults += error.faults
                    continue
                found.setdefault(name, []).extend((file, mapped) for file in files)
                faults += [fault for file in files for fault in file.header_faults(mapped.inputs)]
                faults += self._lookups.load(mapped)
        if faults:
            raise ConfigurationError(*faults)
        return found

    def _rows(self, entity: Entity) -> Rows | None:
        files = self._files.get(entity.name)
        return Rows(entity, files, self._lookups) if files else None

    def _faults_elsewhere(self, failed: Entity) -> Iterator[Fault]:
        for entity in ENTITIES:
            if entity != failed and (rows := self._rows(entity)):
                for _ in rows.batches():
                    pass
                yield from rows.faults
