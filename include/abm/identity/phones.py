"""Phone numbers as E.164."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

_MAX_LENGTH = 64  # longer texts are not phone numbers, and slow to search


@lru_cache(maxsize=1)  # the platforms' rules ask for one person's number one after the other
def normalise_phone(text: str | None, country: str | None = None) -> str | None:
    """Return the number as E.164 (`+442079460958`), or None.

    `country` (ISO 3166, two letters) is where a number without country code belongs; without both there is no number.
    The length is checked, not whether the number was given out: new ranges appear faster than the data.
    """
    digits = (text or "").strip()
    if not digits or len(digits) > _MAX_LENGTH:
        return None
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    try:
        number = phonenumbers.parse(digits, (country or "").upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
