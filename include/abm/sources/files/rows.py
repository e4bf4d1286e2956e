"""The rows of one mapped entity, from the cells of its files to canonical columns, with every fault on the way."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from abm.errors import ConfigurationError, Fault
from abm.sources.files.expressions import BadValueError, evaluate
from abm.sources.files.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.entities import Column, Entity
    from abm.sources.files.lookups import Lookups
    from abm.sources.files.mapping import EntityMapping, Expression
    from abm.sources.files.reading import InputFile

MappedFile: TypeAlias = "tuple[InputFile, EntityMapping]"

_log = logging.getLogger(__name__)


class Rows:
    """Reads an entity's files once; `faults` is complete when the last batch was taken."""

    def __init__(self, entity: Entity, files: list[MappedFile], lookups: Lookups) -> None:
        self._entity = entity
        self._files = files
        self._lookups = lookups
        self._keys = Keys(entity)
        self._not_found: Counter[str] = Counter()
        self.faults: list[Fault] = []

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield batches until the first fault; after it only look for more, the first of each file and column."""
        for file, mapped in self._files:
            yield from self._file_batches(file, mapped)
        if not self.faults:
            self.faults += self._keys.faults()
        for name, count in self._not_found.items():
            _log.warning("%s.%s: %d values have no match in its lookup and are empty", self._entity.name, name, count)

    def _file_batches(self, file: InputFile, mapped: EntityMapping) -> Iterator[pa.RecordBatch]:
        start = 0
        bad: dict[str, Fault] = {}
        try:
            for batch in file.batches(mapped.inputs):
                made = self._canonical(_Part(file, mapped, start, batch), bad)
                start += batch.num_rows
                if not bad and not self.faults:
                    self._keys.add(file, start - batch.num_rows, made)
                    yield made
        except ConfigurationError as error:
            self.faults += error.faults
        self.faults += bad.values()

    def _canonical(self, part: _Part, bad: dict[str, Fault]) -> pa.RecordBatch:
        arrays = []
        for column in self._entity.columns:
            expression = part.mapped.columns.get(column.name)
            array: Any = None
            if expression and column.name not in bad:
                try:
                    array = self._evaluate(expression, column, part.batch)
                except BadValueError as error:
                    bad[column.name] = self._fault(part, column, expression, error)
            arrays.append(pa.array([None] * part.batch.num_rows, column.type) if array is None else array)
        return pa.record_batch(arrays, schema=self._entity.schema)

    def _evaluate(self, expression: Expression, column: Column, batch: pa.RecordBatch) -> Any:
        array = evaluate(expression, column, batch, self._lookups.found(expression))
        if expression.lookup and (lost := array.null_count - batch.column(expression.inputs[0]).null_count) > 0:
            self._not_found[column.name] += lost
        return array

    def _fault(self, part: _Part, column: Column, expression: Expression, error: BadValueError) -> Fault:
        return Fault(
            f"{part.file.place(part.start + error.row)}, column {expression.inputs[0]!r}",
            f"is not {error.wanted}, as {self._entity.name}.{column.name} needs it",
            "Mend the file, or its column in the mapping",
        )


@dataclass(frozen=True)
class _Part:
    """A batch of a file, and the number of rows before it."""

    file: InputFile
    mapped: EntityMapping
    start: int
    batch: pa.RecordBatch
