"""Values taken from another file, as an id beside a name; each such file is read once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.errors import ConfigurationError, Fault
from abm.sources.files.expressions import as_text
from abm.sources.files.reading import find_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from abm.sources.files.mapping import EntityMapping, Expression, Lookup


class Lookups:
    """The other files' pairs of values, by the lookup that names them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pairs: dict[Lookup, dict[str, str | None]] = {}

    def load(self, mapped: EntityMapping) -> list[Fault]:
        """Read every file that the entity's lookups name, and return what is wrong with them."""
        faults: list[Fault] = []
        for expression in mapped.columns.values():
            if (lookup := expression.lookup) and lookup not in self._pairs:
                self._pairs[lookup] = {}
                try:
                    faults += self._read(lookup, self._pairs[lookup])
                except ConfigurationError as error:
                    faults += error.faults
        return faults

    def found(self, expression: Expression) -> dict[str, str | None] | None:
        """Return what the expression's lookup takes for each value, or None for an expression without one."""
        return self._pairs[expression.lookup] if expression.lookup else None

    def _read(self, lookup: Lookup, pairs: dict[str, str | None]) -> Iterator[Fault]:
        columns = list(dict.fromkeys((lookup.match, lookup.take)))
        for file in find_files(self._folder, lookup, f"lookup in {lookup.file!r}"):
            if faults := list(file.header_faults(columns)):
                yield from faults
                continue
            row = 0
            for batch in file.batches(columns):
                matches, takes = (as_text(batch.column(name)).to_pylist() for name in (lookup.match, lookup.take))
                for match, take in zip(matches, takes, strict=True):
                    if match is not None and pairs.setdefault(match, take) != take:
                        yield Fault(
                            f"{file.place(row)}, column {lookup.match!r}",
                            f"has a value that stood before with another {lookup.take!r}",
                            "A lookup needs one answer for each value: remove one of the rows, or match another column",
                        )
                        return
                    row += 1
