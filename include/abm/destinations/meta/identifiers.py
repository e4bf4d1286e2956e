"""What of a planned row goes to Meta: a person's identifiers, each in Meta's normal form and hashed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.errors import RefusedError
from abm.identity import hashing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Meta's keys in the order they are sent; each of the first three names a person by itself.
SCHEMA = ("EMAIL", "PHONE", "EXTERN_ID", "FN", "LN", "CT", "ZIP", "COUNTRY")
IDENTIFYING = SCHEMA[:3]
ALLOWED = {
    "email": "EMAIL",
    "phone": "PHONE",
    "external_id": "EXTERN_ID",
    "first_name": "FN",
    "last_name": "LN",
    "city": "CT",
    "postal_code": "ZIP",
    "country": "COUNTRY",
}
_HASHES: Mapping[str, Callable[[str, str | None], str | None]] = {
    "email": lambda text, _country: hashing.meta_email(text),
    "phone": hashing.meta_phone,
    "external_id": lambda text, _country: None if _is_personal(text) else text.strip(),
    "first_name": lambda text, _country: hashing.meta_name(text),
    "last_name": lambda text, _country: hashing.meta_name(text),
    "city": lambda text, _country: hashing.meta_city(text),
    "postal_code": hashing.meta_zip,
    "country": lambda text, _country: hashing.meta_country(text),
}


def person(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys to send by Meta's names, hashed; a value that cannot be brought into its normal form is left out.

    Raises RefusedError where a field is none of a person's, or nothing is left that names the person.
    """
    if not payload.keys() <= ALLOWED.keys():
        unknown = ", ".join(sorted(payload.keys() - ALLOWED.keys()))
        raise RefusedError(f"not sent: {unknown} is no field of a person on Meta", code="UNKNOWN_IDENTIFIER")
    given = {name: value for name, value in payload.items() if value not in (None, "")}
    if invalid := sorted(name for name, value in given.items() if not isinstance(value, str)):
        raise RefusedError(f"not sent: {', '.join(invalid)} is not a text", code="INVALID_IDENTIFIER")
    country = given.get("country")
    keys = {ALLOWED[name]: _HASHES[name](value, country) for name, value in given.items()}
    sent = {key: digest for key in SCHEMA if (digest := keys.get(key))}
    if sent.keys().isdisjoint(IDENTIFYING):
        named = sorted(name for name in given if ALLOWED[name] in IDENTIFYING)
        if named:
            raise RefusedError(f"not sent: {', '.join(named)} cannot be normalised", code="INVALID_IDENTIFIER")
        raise RefusedError("not sent: it has no email, phone or external_id", code="NO_IDENTIFIER")
    return sent


def acknowledged_person(payload: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the keys a member was added by, or None where nothing names a person."""
    try:
        return person({name: value for name, value in payload.items() if name in ALLOWED})
    except RefusedError:
        return None


def is_same_person(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether adding `other` leaves nobody behind that `one` named: it names by all the keys that `one` did."""
    return all(other.get(key) == one[key] for key in IDENTIFYING if key in one)


def table(people: Sequence[Mapping[str, str]]) -> tuple[list[str], list[list[str]]]:
    """Return the schema and the rows of a request: keys that nobody has are left out, a missing cell is empty."""
    schema = [key for key in SCHEMA if any(key in keys for keys in people)]
    return schema, [[keys.get(key, "") for key in schema] for keys in people]


def _is_personal(text: str) -> bool:
    # It goes out as it is: an address or a number must not be taken for an id.
    return "@" in text or hashing.meta_phone(text) is not None
