"""Upload templates for people: digests made by each platform's own rule, or what people write, as the policy says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from abm.destinations.lists.templates import Template
from abm.identity import hashing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abm.destinations import Form

    Rule = Callable[[str, str | None], str | None]

_DIGEST = re.compile(r"[0-9a-f]{64}")
# A row has our names for what people write, or a platform's own.
_ALIASES = {
    "first_name": ("givenName",),
    "last_name": ("familyName",),
    "postal_code": ("postalCode",),
    "country": ("regionCode",),
}
_MOST_ROWS = 1_000_000  # neither Google nor Meta documents a limit: as many as a spreadsheet opens


@dataclass(frozen=True)
class PersonTemplate(Template):
    """A file of people; `hashes` has for a header the platform's own name of what it holds, and the rule to hash it."""

    hashes: Mapping[str, tuple[str, Rule]] = field(default_factory=dict)
    form: Form = "hashed"

    @property
    def is_private(self) -> bool:
        return self.form == "plain"

    def values(self, identifiers: Mapping[str, Any]) -> dict[str, Any]:
        country = _written(identifiers, "country")
        return {
            header: self._value(header, _written(identifiers, name), identifiers, country)
            for header, name in self.columns
        }

    def _value(self, header: str, written: str | None, identifiers: Mapping[str, Any], country: str | None) -> Any:
        if header not in self.hashes:
            return written
        name, rule = self.hashes[header]
        own = _first(identifiers.get(name)) or ""
        is_digest = bool(_DIGEST.fullmatch(own))
        text = written if is_digest else own or written
        if self.form == "plain":
            # A plus sign would make the cell a formula; the country's code stays.
            return text and text.strip().removeprefix("+")
        return own if is_digest else text and rule(text, country)


def people_templates(form: Form) -> Sequence[Template]:
    """Return the template of each platform that takes people."""
    return [replace(template, form=form) for template in (LINKEDIN_PEOPLE, GOOGLE, META)]


def is_person(identifiers: Mapping[str, Any]) -> bool:
    """Tell whether a row names a person, not a company."""
    return any(
        name in identifiers
        for template in (LINKEDIN_PEOPLE, GOOGLE, META)
        for header in template.needs_one_of
        for name in (dict(template.columns)[header], template.hashes[header][0])
    )


def _written(identifiers: Mapping[str, Any], name: str) -> str | None:
    return next((found for one in (name, *_ALIASES.get(name, ())) if (found := _first(identifiers.get(one)))), None)


def _first(value: Any) -> str | None:
    """Return a value, or the first of several, as Google's rows can have."""
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, str) and one else None


# https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-list-uploads
LINKEDIN_PEOPLE = PersonTemplate(
    platform="linkedin_people",
    columns=(("email", "email"),),
    needs_one_of=("email",),
    maximum_rows=300_000,
    minimum_matched=300,
    hashes={"email": ("SHA256_EMAIL", lambda text, _: hashing.linkedin_email(text))},
)
# https://support.google.com/google-ads/answer/7659867
GOOGLE = PersonTemplate(
    platform="google",
    columns=(
        ("Email", "email"),
        ("Phone", "phone"),
        ("First Name", "first_name"),
        ("Last Name", "last_name"),
        ("Country", "country"),
        ("Zip", "postal_code"),
    ),
    needs_one_of=("Email", "Phone"),
    maximum_rows=_MOST_ROWS,
    minimum_matched=100,
    hashes={
        "Email": ("hashedEmail", lambda text, _: hashing.google_email(text)),
        "Phone": ("hashedPhone", hashing.google_phone),
        "First Name": ("hashedGivenName", lambda text, _: hashing.google_name(text)),
        "Last Name": ("hashedFamilyName", lambda text, _: hashing.google_name(text)),
    },
)
# https://www.facebook.com/business/help/2082575038703844
META = PersonTemplate(
    platform="meta",
    columns=(
        ("email", "email"),
        ("phone", "phone"),
        ("fn", "first_name"),
        ("ln", "last_name"),
        ("ct", "city"),
        ("zip", "postal_code"),
        ("country", "country"),
    ),
    needs_one_of=("email", "phone"),
    maximum_rows=_MOST_ROWS,
    minimum_matched=100,
    hashes={
        "email": ("EMAIL", lambda text, _: hashing.meta_email(text)),
        "phone": ("PHONE", hashing.meta_phone),
        "fn": ("FN", lambda text, _: hashing.meta_name(text)),
        "ln": ("LN", lambda text, _: hashing.meta_name(text)),
        "ct": ("CT", lambda text, _: hashing.meta_city(text)),
        "zip": ("ZIP", hashing.meta_zip),
        "country": ("COUNTRY", lambda text, _: hashing.meta_country(text)),
    },
)
