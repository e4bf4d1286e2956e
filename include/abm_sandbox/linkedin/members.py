"""What an element of a streaming request means: which company or user it names, or what is wrong with it.

LinkedIn resolves a company by all its fields. Here the first of URN, page, website domain, e-mail domain and name that
an element gives is the company, so that the held set can be compared with a desired one.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from abm_sandbox.linkedin.errors import ApiError, invalid

COMPANY_IDENTITY = ("organizationUrn", "companyPageUrl", "companyWebsiteDomain", "companyEmailDomain", "companyName")
_COMPANY_FIELDS = frozenset(
    {*COMPANY_IDENTITY, "action", "city", "state", "country", "stockSymbol", "industries", "zipcode"}
)
_USER_FIELDS = frozenset({"action", "userIds", "firstName", "lastName", "title", "company", "country"})
_ID_TYPES = frozenset({"SHA256_EMAIL", "SHA512_EMAIL", "GOOGLE_AID"})
_HASHES = {"SHA256_EMAIL": re.compile(r"[0-9a-f]{64}"), "SHA512_EMAIL": re.compile(r"[0-9a-f]{128}")}
_DOMAIN = re.compile(r"[^\s/@:]+\.[^\s/@:.]+")
_MATCHED_PERCENT = 90
_SMALLEST, _DOUBLINGS = 5, 10


def company_key(element: dict[str, Any]) -> str:
    """Return which company is named; raises ApiError for what LinkedIn does not take."""
    _check_fields(element, _COMPANY_FIELDS)
    for name in ("companyWebsiteDomain", "companyEmailDomain"):
        if element.get(name) and not _DOMAIN.fullmatch(element[name]):
            raise invalid(f"/{name} :: is not a domain")
    urn = element.get("organizationUrn")
    if urn and not re.fullmatch(r"urn:li:organization:\d+", urn):
        raise invalid("/organizationUrn :: is not an organization URN")
    for name in COMPANY_IDENTITY:
        if element.get(name):
            return f"{name}={element[name].strip().lower()}"
    raise invalid("At least one identifying company field must be provided", "MISSING_FIELD")


def user_key(element: dict[str, Any]) -> str:
    _check_fields(element, _USER_FIELDS)
    ids = element.get("userIds") or []
    for item in ids:
        if not isinstance(item, dict) or item.get("idType") not in _ID_TYPES:
            raise invalid("/userIds :: unknown idType")
        pattern = _HASHES.get(item["idType"])
        if pattern and not pattern.fullmatch(str(item.get("idValue"))):
            raise invalid(f"/userIds :: idValue is not a lower-case {item['idType']}")
    if ids:
        return f"{ids[0]['idType']}={ids[0].get('idValue')}"
    if element.get("firstName") and element.get("lastName"):
        return "name=" + "|".join(str(element.get(name, "")).lower() for name in ("firstName", "lastName", "company"))
    raise invalid("Either userIds or firstName and lastName must be provided", "MISSING_FIELD")


def is_matched(key: str) -> bool:
    """Tell whether LinkedIn knows the member: nine of ten, always the same."""
    return _number(key) % 100 < _MATCHED_PERCENT


def people_at(key: str) -> int:
    """Return how many LinkedIn members a company brings: 5 to 5,000 or so, small ones by far the most."""
    number = _number(key) // 100
    doublings = _DOUBLINGS - (number % (1 << _DOUBLINGS)).bit_length()  # none for half of them, one for a quarter, ...
    return (_SMALLEST << doublings) + number % 7


def _check_fields(element: dict[str, Any], known: frozenset[str]) -> None:
    if not isinstance(element, dict):
        raise invalid("An element must be an object")
    if element.get("action") not in {"ADD", "REMOVE"}:
        raise invalid("/action :: must be ADD or REMOVE")
    for name, value in element.items():
        if name not in known:
            raise ApiError(400, "FIELD_INVALID", f"/{name} :: unrecognized field found but not allowed")
        wanted = list if name in {"industries", "userIds"} else str
        if not isinstance(value, wanted):
            raise ApiError(400, "FIELD_INVALID", f"/{name} :: is not of the expected type")


def _number(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "big")
