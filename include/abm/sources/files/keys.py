"""Keys of one entity's files: every row has one, and none comes twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute

from abm.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.entities import Entity
    from abm.sources.files.reading import InputFile

pc: Any = pyarrow.compute  # its stubs know fewer forms than it takes


class Keys:
    """Collects the key column of each batch; the only part of a file that is kept in memory."""

    def __init__(self, entity: Entity) -> None:
        self._entity = entity
        (self._name,) = entity.key
        self._chunks: list[pa.Array[Any]] = []
        self._origins: list[tuple[InputFile, int]] = []

    def add(self, file: InputFile, start: int, batch: pa.RecordBatch) -> None:
        self._chunks.append(batch.column(self._name))
        self._origins.append((file, start))

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with the keys of all files together."""
        keys = pa.chunked_array(self._chunks, pa.string())
        if not len(keys):
            yield Fault(
                f"entity {self._entity.name!r}",
                "its files have a header and no rows",
                "Export them again, or leave the entity out of the mapping",
            )
        elif keys.null_count:
            row = pc.index(pc.is_null(keys), True).as_py()
            yield Fault(
                self._place(row),
                f"has no {self._name}, as {keys.null_count} of {len(keys)} rows",
                "Fill it in the file, or build it with 'key' from columns that are always filled",
            )
        elif (distinct := pc.count_distinct(keys).as_py()) < len(keys):
            first, second = self._first_repeated(keys)
            yield Fault(
                self._place(second),
                f"has the same {self._name} as {self._place(first)}; {len(keys) - distinct} rows repeat one",
                "Remove the repeated rows, or build the id with 'key' from more columns",
            )

    def _first_repeated(self, keys: Any) -> tuple[int, int]:
        rows = pa.table({"key": keys, "row": pa.array(range(len(keys)))})
        spans = rows.group_by("key").aggregate([("row", "min"), ("row", "max")])
        repeated = spans.filter(pc.less(spans["row_min"], spans["row_max"])).sort_by("row_min")
        first = repeated["row_min"][0].as_py()
        second = pc.index(keys.slice(first + 1), keys[first]).as_py() + first + 1
        return first, second

    def _place(self, row: int) -> str:
        for chunk, (file, start) in zip(self._chunks, self._origins, strict=True):
            if row < len(chunk):
                return file.place(start + row)
            row -= len(chunk)
        raise IndexError(row)
