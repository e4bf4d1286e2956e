"""One audience member: what is wrong with it at once, which identifiers it has, what its consent allows."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from abm_sandbox.google.errors import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_IDENTIFIERS = 10
_DIGEST_BYTES = 32
_LONGEST_POSTAL_CODE = 16
_DATA = frozenset(
    {"userData", "pairData", "mobileData", "userIdData", "ppidData", "compositeData", "googleUserIdData",
     "partnerProvidedIdData"}
)  # fmt: skip
_REQUIRED = ("givenName", "familyName", "regionCode", "postalCode")
_REGION = re.compile(r"[A-Z]{2}")
# Where consent must be given: the European Economic Area, Switzerland and the United Kingdom.
CONSENT_REGIONS = frozenset(
    {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
     "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)  # fmt: skip


def faults(member: Mapping[str, Any], path: str, encoding: str | None) -> Iterator[Violation]:
    """Yield what makes Google refuse the whole request."""
    given = _DATA & member.keys()
    if len(given) > 1:
        yield Violation(path, "MULTIPLE_DATA_TYPES_NOT_ALLOWED", "Only one type of data may be given.")
        return
    if given and given != {"userData"}:
        yield Violation(path, "INVALID_AUDIENCE_MEMBER", "The user list takes contact data only.")
        return
    identifiers = member.get("userData", {}).get("userIdentifiers", [])
    where = f"{path}.userData.userIdentifiers"
    if not identifiers:
        yield Violation(where, "NO_IDENTIFIERS_PROVIDED", "At least one identifier is required.")
    if len(identifiers) > MOST_IDENTIFIERS:
        yield Violation(where, "TOO_MANY_USER_IDENTIFIERS", f"At most {MOST_IDENTIFIERS} identifiers may be given.")
    for place, identifier in enumerate(identifiers):
        yield from _identifier_faults(identifier, f"{where}[{place}]", encoding)


def identifiers_of(member: Mapping[str, Any]) -> list[str]:
    """Return the member's identifiers, each as text that says its kind; digests in hex."""
    return [_text(identifier) for identifier in member["userData"]["userIdentifiers"]]


def in_hex(digest: str, encoding: str | None) -> str:
    return base64.b64decode(digest).hex() if encoding == "BASE64" else digest.lower()


def denied(member: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    """Return why the member's consent keeps Google from using its data; the member's own word goes before."""
    consent = body.get("consent", {}) | member.get("consent", {})
    words = [consent.get(name, "CONSENT_STATUS_UNSPECIFIED") for name in ("adUserData", "adPersonalization")]
    if "CONSENT_DENIED" in words:
        return "DENIED_CONSENT"
    regions = {one.get("address", {}).get("regionCode") for one in member["userData"]["userIdentifiers"]}
    return "NO_CONSENT" if "CONSENT_STATUS_UNSPECIFIED" in words and regions & CONSENT_REGIONS else None


def _identifier_faults(identifier: Mapping[str, Any], path: str, encoding: str | None) -> Iterator[Violation]:
    if len(identifier) != 1:
        yield Violation(path, "INVALID_FORMAT", "Exactly one of email_address, phone_number and address is required.")
        return
    ((kind, value),) = identifier.items()
    if kind != "address":
        yield from _digest_faults(value, f"{path}.{kind}", encoding)
        return
    for name in _REQUIRED:
        if not value.get(name):
            yield Violation(f"{path}.address.{name}", "REQUIRED_FIELD_MISSING", "The field is required.")
    for name in ("givenName", "familyName"):
        if value.get(name):
            yield from _digest_faults(value[name], f"{path}.address.{name}", encoding)
    if value.get("regionCode") and not _REGION.fullmatch(value["regionCode"]):
        yield Violation(f"{path}.address.regionCode", "INVALID_COUNTRY_CODE", "The region code is invalid.")
    if len(value.get("postalCode") or "") > _LONGEST_POSTAL_CODE:
        yield Violation(f"{path}.address.postalCode", "INVALID_POSTAL_CODE", "The postal code is invalid.")


def _digest_faults(value: str, path: str, encoding: str | None) -> Iterator[Violation]:
    if encoding is None:
        return  # encrypted: nothing can be seen from outside
    try:
        digest = base64.b64decode(value, validate=True) if encoding == "BASE64" else bytes.fromhex(value)
    except (ValueError, binascii.Error):
        yield Violation(path, f"INVALID_{encoding}_ENCODING", f"The value is not encoded in {encoding}.")
        return
    if len(digest) != _DIGEST_BYTES:
        yield Violation(path, "INVALID_SHA256_FORMAT", "The value is not a SHA-256 digest.")


def _text(identifier: Mapping[str, Any]) -> str:
    ((kind, value),) = identifier.items()
    return f"{kind}={'|'.join(value[name] for name in _REQUIRED) if kind == 'address' else value}"
