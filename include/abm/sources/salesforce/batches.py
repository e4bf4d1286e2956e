"""Pages of JSON and tables of CSV become Arrow batches with the entity's types."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv

from abm.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from abm.entities import Column, Entity

_BLOCK_BYTES = 4 * 1024 * 1024


def from_records(entity: Entity, present: Sequence[Column], records: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Return one page of a REST query; columns that the org does not have are null."""
    fields = {column.field for column in present}
    arrays = [
        _typed(entity, column, [record.get(column.field) for record in records])
        if column.field in fields
        else _nulls(column, len(records))
        for column in entity.columns
    ]
    return pa.record_batch(arrays, schema=entity.schema)


def from_csv(entity: Entity, present: Sequence[Column], content: bytes) -> Iterator[pa.RecordBatch]:
    """Yield one part of a bulk query's result, in blocks; an empty cell is null."""
    if not content:
        return
    try:
        reader = pa.csv.open_csv(
            io.BytesIO(content),
            read_options=pa.csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types={column.field: column.type for column in present},
                include_columns=list(dict.fromkeys(column.field for column in present)),
                null_values=[""],
                strings_can_be_null=True,
                true_values=["true"],
                false_values=["false"],
            ),
        )
        for batch in reader:
            yield _widened(entity, batch)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        raise _wrong_shape(entity, "its bulk result") from None


def _widened(entity: Entity, batch: pa.RecordBatch) -> pa.RecordBatch:
    have = set(batch.schema.names)
    arrays = [
        batch.column(column.field) if column.field in have else _nulls(column, batch.num_rows)
        for column in entity.columns
    ]
    return pa.record_batch(arrays, schema=entity.schema)


def _typed(entity: Entity, column: Column, values: Sequence[Any]) -> Any:
    """Convert one column; dates and times come as text, numbers and booleans as themselves."""
    comes_as_text = pa.types.is_temporal(column.type) or pa.types.is_string(column.type)
    if column.is_ours:
        values = [_as_text(value) for value in values]
    try:
        return pa.array(values, pa.string() if comes_as_text else column.type).cast(column.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise _wrong_shape(entity, f"field '{column.field}'") from None


def _as_text(value: Any) -> str | None:
    """Write a JSON scalar as the bulk API writes it in a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


def _nulls(column: Column, rows: int) -> Any:
    return pa.array([None] * rows, column.type)


def _wrong_shape(entity: Entity, what: str) -> ContractError:
    # The cause's text may quote a value, and Airflow logs causes: it is left out.
    return ContractError(
        f"Salesforce delivered {what} of '{entity.object}' in another type than this release of the pipeline reads. "
        f"Check the field's type in Setup against sources/salesforce/records.py ('{entity.name}')."
    )
