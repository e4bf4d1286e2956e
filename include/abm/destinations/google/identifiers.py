"""What of a planned row goes to Google: digests of a person's identifiers and the person's consent, nothing readable.

Digests are made by Google's own rules where people land (`abm.identity`). What is none is refused: it would leave
readable. Region and postal code go as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from abm.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_IDENTIFIERS = 10
CONSENTS = ("adUserData", "adPersonalization")
IDENTIFYING = frozenset({"hashedEmail", "hashedPhone", "hashedGivenName", "hashedFamilyName"})
ALLOWED = IDENTIFYING | {"regionCode", "postalCode", *CONSENTS}
GRANTED, DENIED = "CONSENT_GRANTED", "CONSENT_DENIED"
# The European Economic Area, Switzerland and the United Kingdom: without granted consent Google uses nobody there.
CONSENT_REGIONS = frozenset(
    {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
     "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)  # fmt: skip
_DIGEST = re.compile(r"[0-9a-f]{64}")
_REGION = re.compile(r"[A-Z]{2}")
_CONSENT = {"GRANTED": GRANTED, "DENIED": DENIED, "STATUS_UNSPECIFIED": None, "": None}


@dataclass(frozen=True)
class Person:
    """One person as Google takes it: user identifiers and consent, of which nothing unspecified is sent."""

    identifiers: Sequence[Mapping[str, Any]]
    consent: Mapping[str, str]

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset(map(token, self.identifiers))


def person(payload: Mapping[str, Any]) -> Person:
    """Return whom to add; raises RefusedError without an identifier or without the consent that is needed."""
    identifiers = identifiers_of(payload)
    return Person(identifiers, consent(payload))


def acknowledged_identifiers(payload: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the identifiers a person was added by; empty where nothing names one. Removing needs no consent."""
    try:
        return identifiers_of({name: value for name, value in payload.items() if name in ALLOWED})
    except RefusedError:
        return ()


def identifiers_of(payload: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if unknown := sorted(payload.keys() - ALLOWED):
        raise RefusedError(
            f"not sent: {', '.join(unknown)} is no field of a person at Google", code="UNKNOWN_IDENTIFIER"
        )
    texts = {name: _texts(name, payload.get(name)) for name in IDENTIFYING}
    region = _region(payload.get("regionCode"))
    found: list[Mapping[str, Any]] = [{"emailAddress": digest} for digest in dict.fromkeys(texts["hashedEmail"])]
    found += [{"phoneNumber": digest} for digest in dict.fromkeys(texts["hashedPhone"])]
    address = _address(texts, region, payload.get("postalCode"))
    found += [{"address": address}] if address else []
    if not found:
        raise RefusedError("not sent: it has no usable mail address, phone or postal address", code="NO_IDENTIFIER")
    if len(found) > MOST_IDENTIFIERS:
        told = f"not sent: it has {len(found)} identifiers, and Google takes {MOST_IDENTIFIERS}"
        raise RefusedError(told, code="TOO_MANY_IDENTIFIERS")
    return found


def consent(payload: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the consent to send; where it is denied, or missing where the law asks for it, nothing leaves."""
    words = {name: _word(name, payload.get(name)) for name in CONSENTS}
    if DENIED in words.values():
        raise RefusedError("not sent: the person denied consent to advertising", code="CONSENT_DENIED")
    region = _region(payload.get("regionCode"))
    if None in words.values() and (region is None or region in CONSENT_REGIONS):
        where = f"in {region}" if region else "where the person's region is unknown"
        raise RefusedError(f"not sent: consent must be granted {where}", code="NO_CONSENT")
    return {name: word for name, word in words.items() if word}


def token(identifier: Mapping[str, Any]) -> str:
    """Return an identifier as text, the same for what Google takes for the same."""
    return orjson.dumps(identifier, option=orjson.OPT_SORT_KEYS).decode()


def _address(texts: Mapping[str, Sequence[str]], region: str | None, postal_code: Any) -> Mapping[str, str] | None:
    """Return the postal address where it is whole; Google takes no part of one."""
    given, family = (next(iter(texts[name]), None) for name in ("hashedGivenName", "hashedFamilyName"))
    code = "".join(str(postal_code or "").split())
    if not (given and family and region and code):
        return None
    return {"givenName": given, "familyName": family, "regionCode": region, "postalCode": code}


def _texts(name: str, value: Any) -> Sequence[str]:
    """Return a field's digests; one may be given alone."""
    values = value if isinstance(value, list) else [value]
    given = [one for one in values if one not in (None, "")]
    if not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in given):
        raise _invalid(name)
    return given


def _region(value: Any) -> str | None:
    code = str(value or "").strip().upper()
    if code and not _REGION.fullmatch(code):
        raise _invalid("regionCode")
    return code or None


def _word(name: str, value: Any) -> str | None:
    word = str(value or "").upper().removeprefix("CONSENT_")
    if word not in _CONSENT:
        raise _invalid(name)
    return _CONSENT[word]


def _invalid(name: str) -> RefusedError:
    return RefusedError(f"not sent: {name} has a value of another form", code="INVALID_IDENTIFIER")
