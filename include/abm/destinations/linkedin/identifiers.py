"""What of a planned row goes to LinkedIn: only fields of a company, and at least one that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The strongest first: two rows that share the strongest field both have name the same company.
IDENTIFYING = ("organizationUrn", "companyPageUrl", "companyWebsiteDomain", "companyEmailDomain", "companyName")
DOMAINS = ("companyWebsiteDomain", "companyEmailDomain")
_EMPTY: tuple[Any, ...] = (None, "", [])
ALLOWED = frozenset({*IDENTIFYING, "city", "state", "country", "stockSymbol", "industries", "zipcode"})


def company(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields to send, empty ones left out.

    Raises RefusedError where a field is none of a company's (it could be a person's), or none names the company.
    """
    if not payload.keys() <= ALLOWED:
        unknown = ", ".join(sorted(payload.keys() - ALLOWED))
        raise RefusedError(f"not sent: {unknown} is no field of a company on LinkedIn", code="UNKNOWN_IDENTIFIER")
    filled: dict[str, Any] = {}
    for name, given in payload.items():
        value = given.strip() if isinstance(given, str) else given
        if value not in _EMPTY:
            filled[name] = value
    if invalid := [name for name, value in filled.items() if not _is_valid(name, value)]:
        raise RefusedError(f"not sent: {', '.join(invalid)} has a value of another form", code="INVALID_IDENTIFIER")
    if filled.keys().isdisjoint(IDENTIFYING):
        raise RefusedError(f"not sent: it has none of {', '.join(IDENTIFYING)}", code="NO_IDENTIFIER")
    return filled


def acknowledged_company(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the fields a member was added by, or None where nothing names a company."""
    if not payload:
        return None
    try:
        return company({name: value for name, value in payload.items() if name in ALLOWED})
    except RefusedError:
        return None


def is_same_company(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether LinkedIn will take both for one company: they agree on the strongest field that both have."""
    shared = next((name for name in IDENTIFYING if name in one and name in other), None)
    return shared is not None and one[shared].lower() == other[shared].lower()


def _is_valid(name: str, value: Any) -> bool:
    # An address in place of a domain would send a person's data in clear.
    if isinstance(value, str):
        return name != "industries" and not (name in DOMAINS and "@" in value)
    return name == "industries" and isinstance(value, list) and all(isinstance(item, str) for item in value)
