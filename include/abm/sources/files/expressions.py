"""Make a canonical column of a batch, column by column in Arrow; the first bad value of a column is told by its row."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute

from abm.entities import BOOLEAN, DATE, NUMBER, TEXT, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from abm.entities import Column
    from abm.sources.files.mapping import Expression, Scalar

pc: Any = pyarrow.compute  # its stubs know fewer forms than it takes
Values = Any  # a pa.Array; the stubs have no common type for what goes in and out

_TRUE, _FALSE = pa.array(["true", "t", "yes", "y", "1", "1.0"]), pa.array(["false", "f", "no", "n", "0", "0.0"])
_ZONE = r":\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)$"
PERSON_KEY = "contact_id"  # stands in plans, audiences and messages, so it holds no address
_KEY_BYTES = 10  # a collision among 100 million keys has a chance of one in 10^8


class BadValueError(Exception):
    """A value of this row of the batch is not what the column needs; it carries no value, which may be personal."""

    def __init__(self, row: int, wanted: str) -> None:
        self.row = row
        self.wanted = wanted
        super().__init__(row, wanted)


def evaluate(
    expression: Expression, column: Column, batch: pa.RecordBatch, found: Mapping[str, str | None] | None
) -> Values:
    """Return the canonical column; `found` holds what the expression's lookup takes for each value."""
    if expression.value is not None:
        return _constant(expression.value, column.type, batch.num_rows)
    values = _key(expression.key, batch) if expression.key else _trimmed(batch.column(expression.inputs[0]))
    if found is not None:
        values = _replaced(_text(values), found, keep=False)
    if expression.map is not None:
        words = {str(_spelt(old)): _spelt(new) for old, new in expression.map.items()}
        values = _replaced(_text(values), words, keep=True)
    made = _parsed(values, column.type, expression)
    if expression.multiply is not None:
        # 1100.04 million is meant to be 1100040000, without the bits that floats add at the end.
        made = pc.round(pc.multiply(made, expression.multiply), 6)
    if expression.default is not None:
        made = pc.coalesce(made, _constant(expression.default, column.type, batch.num_rows))
    return _unreadable(made) if column.name == PERSON_KEY else made


def _constant(value: Scalar, wanted: pa.DataType, rows: int) -> Values:
    if wanted in {DATE, TIMESTAMP}:
        return pa.array([str(value)] * rows, TEXT).cast(pa.timestamp("us")).cast(wanted)
    return pa.array([str(value) if wanted == TEXT else value] * rows, wanted)


def _trimmed(values: Values) -> Values:
    """Trim text; what is empty then is no value."""
    if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
        return values
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)


def _text(values: Values) -> Values:
    return values if values.type == TEXT else values.cast(TEXT)


def as_text(values: Values) -> Values:
    """Return the values as trimmed text."""
    return _trimmed(_text(values))


def _key(columns: tuple[str, ...], batch: pa.RecordBatch) -> Values:
    """Digest the columns' values, which may be personal; case and outer blanks do not count, all empty is no key."""
    parts = [pc.utf8_lower(pc.utf8_trim_whitespace(_text(batch.column(name)))) for name in columns]
    joined = pc.binary_join_element_wise(*parts, "\x1f", null_handling="replace", null_replacement="")
    encoded = joined.dictionary_encode()
    blank = "\x1f" * (len(columns) - 1)
    digests = [None if value == blank else _digest(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(digests, TEXT).take(encoded.indices)


def _unreadable(keys: Values) -> Values:
    """Replace mail addresses by what a 'key' of their column would be."""
    encoded = keys.dictionary_encode()
    new = [_digest(key.strip().lower()) if "@" in key else key for key in encoded.dictionary.to_pylist()]
    return pa.array(new, TEXT).take(encoded.indices)


def _digest(value: str) -> str:
    return hashlib.blake2b(value.encode(), digest_size=_KEY_BYTES).hexdigest()


def _replaced(values: Values, new_values: Mapping[str, str | None], *, keep: bool) -> Values:
    encoded = values.dictionary_encode()
    new = [new_values.get(value, value if keep else None) for value in encoded.dictionary.to_pylist()]
    return pa.array(new, TEXT).take(encoded.indices)


def _spelt(value: Scalar | None) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(values: Values, wanted: pa.DataType, expression: Expression) -> Values:
    if wanted == TEXT:
        return _text(values)
    if wanted == NUMBER:
        return _checked(values, lambda part: _numbers(part, expression), "a number")
    if wanted == BOOLEAN:
        return _checked(values, _booleans, "true or false (a 'map' in the mapping can make it so)")
    told = f"a date of the form {expression.date_format!r}" if expression.date_format else "an ISO 8601 date or time"
    return _checked(values, lambda part: _times(part, expression.date_format).cast(wanted, safe=False), told)


def _checked(values: Values, parse: Callable[[Values], Values], wanted: str) -> Values:
    """Parse the values, or raise BadValueError with the first row that fails, found by halving."""
    try:
        return parse(values)
    except pa.ArrowException:
        low, high = 0, len(values)
        while high - low > 1:
            middle = (low + high) // 2
            try:
                parse(values.slice(low, middle - low))
            except pa.ArrowException:
                high = middle
            else:
                low = middle
        raise BadValueError(low, wanted) from None


def _numbers(values: Values, expression: Expression) -> Values:
    if values.type == TEXT and expression.thousands:
        values = pc.replace_substring(values, expression.thousands, "")
    if values.type == TEXT and expression.decimal != ".":
        values = pc.replace_substring(values, expression.decimal, ".")
    numbers = values.cast(NUMBER)
    if values.type != TEXT:
        # Some writers of Parquet put NaN where there is no value.
        numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, NUMBER), numbers)
    if not pc.all(pc.is_finite(numbers), skip_nulls=True).as_py() and len(numbers) > numbers.null_count:
        raise pa.ArrowInvalid
    return numbers


def _booleans(values: Values) -> Values:
    if values.type == BOOLEAN:
        return values
    spelt = pc.utf8_lower(_text(values))
    is_true = pc.is_in(spelt, _TRUE)
    known = pc.or_(is_true, pc.is_in(spelt, _FALSE))
    if pc.any(pc.and_(pc.is_valid(spelt), pc.invert(known))).as_py():
        raise pa.ArrowInvalid
    return pc.if_else(pc.is_valid(spelt), is_true, pa.scalar(None, BOOLEAN))


def _times(values: Values, form: str | None) -> Values:
    """Return times in UTC; a time without a zone is UTC."""
    if values.type != TEXT:
        return values.cast(TIMESTAMP if pa.types.is_timestamp(values.type) and values.type.tz else pa.timestamp("us"))
    if form:
        return _formed_times(values, form)
    has_zone = pc.match_substring_regex(values, _ZONE)
    nothing = pa.scalar(None, TEXT)
    zoned = pc.if_else(has_zone, values, nothing).cast(TIMESTAMP)
    naive = pc.if_else(has_zone, nothing, values).cast(pa.timestamp("us")).cast(TIMESTAMP)
    return pc.coalesce(zoned, naive)


def _formed_times(values: Values, form: str) -> Values:
    times = pc.strptime(values, form, "us")
    # It takes 31 February for 3 March: what does not look the same again is asked of Python's stricter one.
    again = pc.strftime(times.cast(pa.timestamp("s", times.type.tz), safe=False), form)
    for value in values.filter(pc.not_equal(_unpadded(again), _unpadded(values))).unique().to_pylist():
        try:
            datetime.strptime(value, form)  # noqa: DTZ007 (only whether it parses matters)
        except ValueError:
            raise pa.ArrowInvalid from None
    return times


def _unpadded(values: Values) -> Values:
    return pc.replace_substring_regex(values, r"\b0+(\d)", r"\1")
