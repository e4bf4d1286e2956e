"""Mail addresses in one form, so that two records of one person meet."""

from __future__ import annotations

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from abm.identity.domains import normalise_domain

_MAX_LENGTH = 254  # of an address, RFC 5321


@lru_cache(maxsize=1)  # the platforms' rules ask for one person's address one after the other
def normalise_email(text: str | None) -> str | None:
    """Return the address trimmed and in lower case, or None where it is not one; nobody is asked by network."""
    address = (text or "").strip().lower()
    if len(address) > _MAX_LENGTH:
        return None
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError):
        return None
    return address


def email_domain(text: str | None) -> str | None:
    """Return the registrable domain of an address, or None."""
    address = normalise_email(text)
    return normalise_domain(address.rpartition("@")[2]) if address else None
