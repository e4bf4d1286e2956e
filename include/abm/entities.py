"""The shape of what a source delivers: one entity, its typed columns, its key and its cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXT = pa.string()
NUMBER = pa.float64()
INTEGER = pa.int64()
BOOLEAN = pa.bool_()
DATE = pa.date32()
TIMESTAMP = pa.timestamp("us", tz="UTC")

PersonPart = Literal["email", "phone", "first_name", "last_name", "country", "opted_out", "opted_out_of_ads"]
# What a person may be asked to agree to; the last two are Google's consent signals.
PURPOSES = ("email_marketing", "advertising", "ad_user_data", "ad_personalization")


@dataclass(frozen=True)
class Column:
    """One landed column: our name, the platform's field, its type; `is_ours` where we write that field.

    `of_person` says what a column of a record about a person tells of it; digests are made from these columns.
    """

    name: str
    field: str
    type: pa.DataType = TEXT
    personal: bool = False
    is_ours: bool = False
    of_person: PersonPart | None = None


def written_columns(fields: Mapping[str, str]) -> tuple[Column, ...]:
    """Return the columns that hold what the platform has in the fields we write, as text, by our name of each.

    The fields given are the usual ones; a policy may name others, and then those are read.
    """
    return tuple(Column(name, field, is_ours=True) for name, field in fields.items())


def consent_columns(field: Callable[[str], str]) -> tuple[Column, ...]:
    """Return what a person's record says of consent: of each purpose its basis, source and date, and an opt-out of ads.

    `field` gives the platform's name of one of our columns.
    """
    parts = (("basis", TEXT), ("source", TEXT), ("date", DATE))
    said = [(f"{purpose}_{part}", part_type) for purpose in PURPOSES for part, part_type in parts]
    opted_out = "opted_out_of_ads"
    return (
        *(Column(name, field(name), part_type) for name, part_type in said),
        Column(opted_out, field(opted_out), BOOLEAN, of_person="opted_out_of_ads"),
    )


@dataclass(frozen=True)
class Entity:
    """One table a source delivers to `raw_<source>.<name>`.

    `cursor` names the timestamp column that grows with each change; without one, every load is complete.
    `deleted` names the boolean column by which the platform marks deletions.
    `object` is the platform's own name of it. An optional one is a feature that not every account of the platform has:
    where it is missing, nothing is read.
    """

    source: str
    name: str
    object: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    cursor: str | None = None
    deleted: str | None = None
    is_optional: bool = False

    def reading(self, fields: Mapping[str, str]) -> Entity:
        """Return the entity with the columns of our fields read from these platform fields, by our name of each."""
        columns = tuple(
            replace(column, field=fields[column.name]) if column.is_ours and column.name in fields else column
            for column in self.columns
        )
        return replace(self, columns=columns)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])

    @property
    def person_columns(self) -> dict[PersonPart, str]:
        """Our columns by what they tell of a person; empty where the entity's records are no people."""
        return {column.of_person: column.name for column in self.columns if column.of_person}

    @property
    def raw_schema(self) -> str:
        return f"raw_{self.source}"

    @property
    def incoming_schema(self) -> str:
        return f"raw_{self.source}_incoming"
