"""Record ids: 15 characters that differ by case, and three more that let case be lost.

https://help.salesforce.com/s/articleView?id=000383751
"""

from __future__ import annotations

import re

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHORT, LONG = 15, 18
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_ORIGIN = "0000SB"  # marks ids given out by the sandbox, apart from those of the world generator


def is_id(value: str) -> bool:
    return _SHAPE.fullmatch(value) is not None


def long_id(value: str) -> str:
    """Return the 18-character form; the value must have the shape of an id."""
    return value if len(value) == LONG else value + _suffix(value)


def new_id(prefix: str, number: int) -> str:
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return long_id(prefix + _ORIGIN + digits)


def _suffix(value: str) -> str:
    chunks = (value[start : start + 5] for start in range(0, SHORT, 5))
    return "".join(_CHECK[sum(1 << at for at, letter in enumerate(chunk) if letter.isupper())] for chunk in chunks)
