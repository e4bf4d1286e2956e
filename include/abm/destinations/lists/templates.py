"""Upload templates of the platforms: file headers, and which identifier fills each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A spreadsheet runs a cell that begins so as a formula, and ad ops open these files in one.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Template:
    """One platform's file: (header, identifier) pairs in the platform's order, and the limits it documents.

    Members come with the identifiers of the platform's API, or with the headers themselves.
    """

    platform: str
    columns: Sequence[tuple[str, str]]
    needs_one_of: Sequence[str]
    maximum_rows: int
    minimum_matched: int

    @property
    def is_private(self) -> bool:
        """Whether only the owner may read the file."""
        return False

    @property
    def headers(self) -> Sequence[str]:
        return [header for header, _ in self.columns]

    def values(self, identifiers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what stands under each header."""
        return {header: identifiers.get(name) or identifiers.get(header) for header, name in self.columns}

    def row(self, identifiers: Mapping[str, Any]) -> Sequence[str] | None:
        """Return a member's cells, or None where the platform could not recognise it by any of them."""
        values = self.values(identifiers)
        if not any(values[header] for header in self.needs_one_of):
            return None
        return [_cell(value) for value in values.values()]


def _cell(value: Any) -> str:
    text = "" if value is None else str(value).strip()
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


# https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-list-uploads
LINKEDIN = Template(
    platform="linkedin",
    columns=(
        ("companyname", "companyName"),
        ("companywebsite", "companyWebsiteDomain"),
        ("companyemaildomain", "companyEmailDomain"),
        ("linkedincompanypageurl", "companyPageUrl"),
        ("stocksymbol", "stockSymbol"),
        ("industry", "industry"),
        ("city", "city"),
        ("state", "state"),
        ("companycountry", "country"),
        ("zipcode", "zipCode"),
    ),
    needs_one_of=("companyname", "companywebsite", "companyemaildomain", "linkedincompanypageurl"),
    maximum_rows=300_000,
    minimum_matched=300,
)
