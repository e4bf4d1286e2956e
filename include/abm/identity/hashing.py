"""Identifiers as each advertising platform wants them: its own normal form, then SHA-256 in lower-case hex.

None where nothing is left to hash: the platform would never match it. Sources of the rules and vectors:
LinkedIn: https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-users
Google: https://developers.google.com/data-manager/api (formatting guide)
Meta: https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from abm.identity.emails import normalise_email
from abm.identity.phones import normalise_phone

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"})
_US_ZIP_LENGTH = 5
_COUNTRY = re.compile(r"[a-z]{2}")


def sha256_hex(normal_form: str) -> str:
    return hashlib.sha256(normal_form.encode()).hexdigest()


def linkedin_email(text: str | None) -> str | None:
    """Hash a mail address for LinkedIn: trimmed, lower case; dots and +tags stay."""
    return _hashed(normalise_email(text))


def google_email(text: str | None) -> str | None:
    """Hash a mail address for Google: no white space, lower case; at Gmail dots and +tags go too."""
    address = normalise_email("".join((text or "").split()))
    local, _, domain = (address or "").partition("@")
    if domain in _GMAIL:
        local = local.partition("+")[0].replace(".", "")
    return _hashed(f"{local}@{domain}" if local else None)


def google_phone(text: str | None, country: str | None = None) -> str | None:
    """Hash a phone number for Google: E.164 with its plus sign."""
    return _hashed(normalise_phone(text, country))


def google_name(text: str | None) -> str | None:
    """Hash a given or family name for Google: lower case, without titles and suffixes."""
    words = (text or "").lower().split()
    while words and words[0].rstrip(".") in _TITLES:
        words.pop(0)
    while words and words[-1].strip(".,") in _SUFFIXES:
        words.pop()
    return _hashed(" ".join(words).rstrip(","))


def meta_email(text: str | None) -> str | None:
    """Hash a mail address for Meta: trimmed, lower case; dots and +tags stay."""
    return _hashed(normalise_email(text))


def meta_phone(text: str | None, country: str | None = None) -> str | None:
    """Hash a phone number for Meta: digits with country code, no plus sign, no leading zeros."""
    number = normalise_phone(text, country)
    return _hashed(number.lstrip("+0") if number else None)


def meta_name(text: str | None) -> str | None:
    """Hash a given or family name for Meta: lower case, no punctuation; letters of any script stay."""
    return _hashed(" ".join("".join(filter(_is_letter_or_space, _composed(text))).split()))


def meta_city(text: str | None) -> str | None:
    """Hash a city for Meta: lower-case letters only."""
    return _hashed("".join(letter for letter in _composed(text) if _is_letter(letter)))


def meta_zip(text: str | None, country: str | None = None) -> str | None:
    """Hash a postal code for Meta: lower case, no spaces; of a US code the first five digits."""
    code = "".join((text or "").lower().split())
    return _hashed(code[:_US_ZIP_LENGTH] if (country or "").upper() == "US" else code)


def meta_country(text: str | None) -> str | None:
    """Hash an ISO 3166 country code for Meta: two lower-case letters."""
    code = (text or "").strip().lower()
    return _hashed(code if _COUNTRY.fullmatch(code) else None)


def _hashed(normal_form: str | None) -> str | None:
    return sha256_hex(normal_form) if normal_form else None


def _composed(text: str | None) -> str:
    """Compose accents, so that one name written in two ways gives one digest."""
    return unicodedata.normalize("NFC", text or "").lower()


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _is_letter_or_space(character: str) -> bool:
    return _is_letter(character) or character.isspace()
