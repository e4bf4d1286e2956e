"""A person's identifiers as each advertising platform knows them, by the platform's own names.

Only what a platform can match by itself or beside another: Google takes names only with a postal address, which no
source has, and LinkedIn's names would leave in clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.identity import hashing
from abm.identity.countries import country_code
from abm.identity.phones import normalise_phone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from abm.entities import PersonPart

OPT_OUTS: tuple[PersonPart, ...] = ("opted_out", "opted_out_of_ads")
RULES = 1  # raised with every change of a rule below or in hashing.py, so that all digests are made anew


@dataclass(frozen=True)
class Known:
    """What one record says of a person, as people write it."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    country: str | None = None

    @property
    def country_code(self) -> str | None:
        return country_code(self.country)


_DIGESTS: Mapping[str, Mapping[str, Callable[[Known], str | None]]] = {
    "linkedin": {"SHA256_EMAIL": lambda known: hashing.linkedin_email(known.email)},
    "google": {
        "hashedEmail": lambda known: hashing.google_email(known.email),
        "hashedPhone": lambda known: hashing.google_phone(known.phone, known.country_code),
    },
    "meta": {
        "EMAIL": lambda known: hashing.meta_email(known.email),
        "PHONE": lambda known: hashing.meta_phone(known.phone, known.country_code),
        "FN": lambda known: hashing.meta_name(known.first_name),
        "LN": lambda known: hashing.meta_name(known.last_name),
        "COUNTRY": lambda known: hashing.meta_country(known.country_code),
    },
}
_RULES = {name: rule for rules in _DIGESTS.values() for name, rule in rules.items()}
# What of a record each identifier is made of.
PARTS: Mapping[str, PersonPart] = {
    "SHA256_EMAIL": "email",
    "hashedEmail": "email",
    "hashedPhone": "phone",
    "EMAIL": "email",
    "PHONE": "phone",
    "FN": "first_name",
    "LN": "last_name",
    "COUNTRY": "country",
}
NAMES_A_PERSON = frozenset({"SHA256_EMAIL", "hashedEmail", "hashedPhone", "EMAIL", "PHONE"})


def digests(known: Known) -> list[tuple[str, str, str]]:
    """Return (platform, identifier, digest); none for a platform where nothing is left that names the person."""
    found = []
    for platform, rules in _DIGESTS.items():
        made = {name: digest for name, rule in rules.items() if (digest := rule(known))}
        if not made.keys().isdisjoint(NAMES_A_PERSON):
            found += [(platform, name, digest) for name, digest in made.items()]
    return found


def plain_text(identifier: str, digest: str, text: str | None, country: str | None) -> str | None:
    """Return what a digest was made of in a form that its platform reads alone, or None where this text gives another.

    A telephone number has its country's code, a country is two letters, the rest stands as people wrote it.
    """
    part = PARTS[identifier]
    said: dict[str, str | None] = {"country": country, part: text}
    known = Known(**said)
    if _RULES[identifier](known) != digest:
        return None
    if part == "phone":
        return normalise_phone(text, known.country_code)
    return known.country_code if part == "country" else text
