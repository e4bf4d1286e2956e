"""What of a planned row goes to Meta: digests of a person's identifiers by Meta's own rules, under Meta's own keys.

Digests are made where people land (`abm.identity`); one that is none is refused, or a person's data would leave.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abm.errors import RefusedError
from abm.identity.hashing import meta_phone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Meta's keys in the order they are sent; each of the first three names a person by itself.
SCHEMA = ("EMAIL", "PHONE", "EXTERN_ID", "FN", "LN", "CT", "ZIP", "COUNTRY")
IDENTIFYING = SCHEMA[:3]
_AS_IT_IS = "EXTERN_ID"  # our own id of the person, which Meta takes unhashed
_DIGEST = re.compile(r"[0-9a-f]{64}")


def person(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys to send, empty ones left out.

    Raises RefusedError where a field is none of a person's or no digest, or nothing is left that names the person.
    """
    if unknown := sorted(payload.keys() - set(SCHEMA)):
        raise RefusedError(f"not sent: {', '.join(unknown)} is no field of a person on Meta", code="UNKNOWN_IDENTIFIER")
    given = {key: payload[key] for key in SCHEMA if payload.get(key) not in (None, "")}
    if invalid := [key for key, value in given.items() if not _is_valid(key, value)]:
        raise RefusedError(f"not sent: {', '.join(invalid)} has a value of another form", code="INVALID_IDENTIFIER")
    if given.keys().isdisjoint(IDENTIFYING):
        raise RefusedError(f"not sent: it has none of {', '.join(IDENTIFYING)}", code="NO_IDENTIFIER")
    return given


def acknowledged_person(payload: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the keys a member was added by, or None where nothing names a person."""
    try:
        return person({key: value for key, value in payload.items() if key in SCHEMA})
    except RefusedError:
        return None


def is_same_person(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether adding `other` leaves nobody behind that `one` named: it names by all the keys that `one` did."""
    return all(other.get(key) == one[key] for key in IDENTIFYING if key in one)


def table(people: Sequence[Mapping[str, str]]) -> tuple[list[str], list[list[str]]]:
    """Return the schema and the rows of a request: keys that nobody has are left out, a missing cell is empty."""
    schema = [key for key in SCHEMA if any(key in keys for keys in people)]
    return schema, [[keys.get(key, "") for key in schema] for keys in people]


def _is_valid(key: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if key == _AS_IT_IS:
        return "@" not in value and meta_phone(value) is None
    return _DIGEST.fullmatch(value) is not None
