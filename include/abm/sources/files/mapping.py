"""The mapping file: which file and column feeds each canonical entity; docs/files-source.md explains it by example."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from abm.entities import BOOLEAN, DATE, NUMBER, TEXT, TIMESTAMP
from abm.errors import ConfigurationError, Fault
from abm.sources.files.records import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from abm.entities import Column, Entity

Scalar = bool | int | float | str

_GUIDE = "docs/files-source.md describes the mapping"
_KINDS = {TEXT: "text", NUMBER: "a number", BOOLEAN: "true or false", DATE: "a date", TIMESTAMP: "a time"}


class _PlainLoader(yaml.SafeLoader):
    """YAML where only `true` and `false` are booleans and dates stay text: a map's `Yes` and `No` are its own words."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileFormat(_Strict):
    """Where rows stand and how they are written."""

    file: str = Field(min_length=1, description="CSV or Parquet file below the folder; a glob reads several as one")
    encoding: str = Field(default="utf-8", description="Encoding of a CSV file")
    delimiter: str = Field(
        default=",", min_length=1, max_length=1, description="What separates the cells of a CSV file"
    )
    nulls: tuple[str, ...] = Field(default=("",), description="Cells of a CSV file that mean 'no value'")

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError("is no encoding that Python knows") from None
        return encoding


class Lookup(FileFormat):
    """Replace a value by the one that another file has beside it; values it does not have become empty."""

    match: str = Field(description="Column of the other file that holds the value")
    take: str = Field(description="Column of the other file to take instead")


class Expression(_Strict):
    """How one canonical column is made; applied in the order of the fields."""

    column: str | None = Field(default=None, description="Column of the file")
    value: Scalar | None = Field(default=None, description="The same value in every row")
    key: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="An id made of these columns, the same wherever they hold the same"
    )
    lookup: Lookup | None = None
    map: dict[Scalar, Scalar | None] | None = Field(
        default=None, description="Values to replace; others stay as they are"
    )
    thousands: str | None = Field(default=None, max_length=1, description="Separator to drop from numbers")
    decimal: str = Field(default=".", min_length=1, max_length=1, description="Decimal sign of numbers")
    multiply: float | None = Field(default=None, description="Factor of a number, as 1000000 for millions")
    date_format: str | None = Field(default=None, description="strptime format of dates that are not ISO 8601")
    default: Scalar | None = Field(default=None, description="Value where there is none")

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.value, self.key)) != 1:
            raise ValueError("needs exactly one of 'column', 'value' and 'key'")
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns of the file that it reads."""
        return self.key or ((self.column,) if self.column is not None else ())


class EntityMapping(FileFormat):
    """One canonical entity: its file, and an expression for each column it can fill."""

    columns: dict[str, Expression]

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for expression in self.columns.values() for name in expression.inputs))


class Mapping(_Strict):
    """A folder's mapping: the canonical entities it can fill, each from one part or several with different columns."""

    entities: dict[str, tuple[EntityMapping, ...]] = Field(min_length=1)

    @field_validator("entities", mode="before")
    @classmethod
    def _as_parts(cls, entities: Any) -> Any:
        if not isinstance(entities, dict):
            return entities
        return {name: part if isinstance(part, list) else [part] for name, part in entities.items()}


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises ConfigurationError with every fault, each with its place in the file."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_PlainLoader)  # noqa: S506 (a safe loader)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            Fault(f"mapping {path}", "cannot be read", "Check the path and that it is UTF-8")
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise ConfigurationError(Fault(f"mapping {path}{line}", "is not valid YAML", _GUIDE)) from error
    try:
        mapping = Mapping.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(*_schema_faults(path, document, error)) from error
    if faults := list(_name_faults(path, mapping)):
        raise ConfigurationError(*faults)
    return mapping


def _schema_faults(path: Path, document: Any, error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False, include_context=False):
        place = ".".join(_steps(document, detail["loc"])) or "the document"
        value = detail["input"]
        got = f", got {value!r}" if isinstance(value, Scalar) else ""
        problem = detail["msg"].removeprefix("Value error, ")
        yield Fault(f"mapping {path.name}, {place}", f"{problem[:1].lower()}{problem[1:]}{got}", _GUIDE)


def _steps(document: Any, place: tuple[int | str, ...]) -> Iterator[str]:
    """Yield the steps to a place as the file has them: a single part of an entity is not in a list there."""
    for step in place:
        if isinstance(step, int) and not isinstance(document, list):
            continue
        yield str(step)
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            document = None


def _name_faults(path: Path, mapping: Mapping) -> Iterator[Fault]:
    known = {entity.name: entity for entity in ENTITIES}
    for name, parts in mapping.entities.items():
        where = f"mapping {path.name}, entities.{name}"
        if (entity := known.get(name)) is None:
            yield Fault(where, "is no canonical entity", _nearest(name, known))
            continue
        for part in parts:
            yield from _column_faults(where, entity, part)


def _column_faults(where: str, entity: Entity, mapped: EntityMapping) -> Iterator[Fault]:
    columns = {column.name: column for column in entity.columns}
    for key in entity.key:
        if key not in mapped.columns:
            yield Fault(
                where, f"has no {key!r}, which tells its rows apart", f"Map it, or build it with 'key'; {_GUIDE}"
            )
    for name, expression in mapped.columns.items():
        place = f"{where}.columns.{name}"
        if (column := columns.get(name)) is None:
            yield Fault(place, f"is no column of {entity.name!r}", _nearest(name, columns))
        else:
            yield from _fit_faults(place, column, expression)


def _fit_faults(where: str, column: Column, expression: Expression) -> Iterator[Fault]:
    kind = _KINDS[column.type]
    if column.type != NUMBER and (expression.multiply is not None or expression.thousands is not None):
        yield Fault(
            where, f"is {kind}, so it cannot be multiplied or have thousands", "Remove 'multiply' and 'thousands'"
        )
    if column.type not in {DATE, TIMESTAMP} and expression.date_format is not None:
        yield Fault(where, f"is {kind}, so 'date_format' has no meaning", "Remove 'date_format'")
    for name, value in (("value", expression.value), ("default", expression.default)):
        if value is not None and not _fits(value, column.type):
            yield Fault(where, f"is {kind}, and {name!r} {value!r} is not", "Write a value of that kind")


def _fits(value: Scalar, wanted: pa.DataType) -> bool:
    if wanted == BOOLEAN:
        return isinstance(value, bool)
    if wanted == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if wanted in {DATE, TIMESTAMP}:
        return _is_castable(str(value), wanted)
    return not isinstance(value, bool)


def _is_castable(value: str, wanted: pa.DataType) -> bool:
    try:
        pa.array([value]).cast(pa.timestamp("us")).cast(wanted)
    except pa.ArrowInvalid:
        return False
    return True


def _nearest(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(known)}"
