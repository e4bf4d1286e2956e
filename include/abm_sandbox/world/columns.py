"""Arrow columns from numpy arrays, a whole column at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    Column = pa.Array[Any]

DAY = 86_400_000_000  # microseconds
_EPOCH_ORDINAL = 719_163


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def pick(words: Sequence[str | None] | Column, indices: NDArray[np.int64]) -> Column:
    return (words if isinstance(words, pa.Array) else pa.array(words, pa.string())).take(indices)


def repeat(word: str, count: int) -> Column:
    repeated: Column = pa.repeat(pa.scalar(word, pa.string()), count)
    return repeated


def join(*parts: Column | str) -> Column:
    """Put texts together row by row; a null part makes the row null."""
    joined: Column = pc.binary_join_element_wise(*parts, "")  # type: ignore[call-overload]  # stubs: no mixture
    return joined


def switch(mask: NDArray[np.bool_], when_true: Any, when_false: Column) -> Column:
    chosen: Column = pc.if_else(pa.array(mask), when_true, when_false)
    return chosen


def blank(mask: NDArray[np.bool_], values: Column) -> Column:
    """Leave out the values under the mask."""
    return switch(mask, pa.scalar(None, values.type), values)


def numbers(values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> Column:
    return pa.array(values.astype(np.float64), mask=missing)


def booleans(values: NDArray[np.bool_]) -> Column:
    return pa.array(values)


def timestamps(microseconds: NDArray[np.int64], missing: NDArray[np.bool_] | None = None) -> Column:
    # Platforms keep milliseconds.
    whole = microseconds // 1000 * 1000
    return pa.array(whole, mask=missing).cast(pa.timestamp("us", tz="UTC"))


def dates(days: NDArray[np.int64], missing: NDArray[np.bool_] | None = None) -> Column:
    return pa.array(days.astype(np.int32), mask=missing).cast(pa.date32())


def text_matrix(characters: NDArray[np.uint8]) -> Column:
    """Read each row of bytes as one text; all texts are equally long."""
    count, width = characters.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(characters.tobytes()))


def weighted(rng: np.random.Generator, weights: Sequence[float], count: int) -> NDArray[np.int64]:
    """Draw positions with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges / edges[-1], rng.random(count), side="right").astype(np.int64)


def chance(rng: np.random.Generator, share: float, count: int) -> NDArray[np.bool_]:
    """Mark about this share of the rows."""
    return np.asarray(rng.random(count) < share)
