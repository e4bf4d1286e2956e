"""What of a person goes to LinkedIn: digests of addresses only; names would leave in clear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abm.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_TYPES = {"SHA256_EMAIL": re.compile(r"[0-9a-f]{64}"), "SHA512_EMAIL": re.compile(r"[0-9a-f]{128}")}


def is_user(payload: Mapping[str, Any]) -> bool:
    """Tell whether a row names a person, not a company."""
    return not ID_TYPES.keys().isdisjoint(payload)


def user(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the element's fields for a person; raises RefusedError for anything but digests."""
    if not payload.keys() <= ID_TYPES.keys():
        unknown = ", ".join(sorted(payload.keys() - ID_TYPES.keys()))
        raise RefusedError(f"not sent: {unknown} is no digest of a person's address", code="UNKNOWN_IDENTIFIER")
    given = {name: payload[name] for name in ID_TYPES if payload.get(name)}
    if not all(isinstance(value, str) and ID_TYPES[name].fullmatch(value) for name, value in given.items()):
        raise RefusedError(f"not sent: {', '.join(given)} has a value of another form", code="INVALID_IDENTIFIER")
    if not given:
        raise RefusedError(f"not sent: it has none of {', '.join(ID_TYPES)}", code="NO_IDENTIFIER")
    return {"userIds": [{"idType": name, "idValue": value} for name, value in given.items()]}


def acknowledged_user(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a member was added by, or None where nothing names a person."""
    try:
        return user({name: value for name, value in payload.items() if name in ID_TYPES})
    except RefusedError:
        return None
