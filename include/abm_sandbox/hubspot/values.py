"""What a property takes: each type turns a sent value into the text that is stored, or says what is wrong."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from abm_sandbox.hubspot.catalogue import Property

MAX_TEXT = 65536
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class ValueProblem(Exception):  # noqa: N818 (a finding about one value; the answer's error is made of it)
    """A value the property does not take: HubSpot's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def timestamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_text(value: Any) -> str:
    """Return the text of a JSON scalar; HubSpot takes numbers and booleans where its schema says string."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    raise ValueProblem("INVALID_TYPE", "Cannot deserialize value of type `java.lang.String`")


def number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def normalise(definition: Property, value: Any) -> str | None:
    """Return the text to store, None where the value clears the property; raises ValueProblem."""
    text = as_text(value)
    if text == "":
        return None
    return _BY_TYPE[definition.type](definition, text)


def comparable(definition: Property, value: Any) -> str | float:
    """Return a filter's value in the form that stored values of this property are compared in."""
    text = as_text(value)
    if definition.type == "number" and definition.name != "hs_object_id":
        return float(_number(definition, text))
    if definition.type in {"date", "datetime"}:
        return _BY_TYPE[definition.type](definition, text)
    return text.lower()


def _string(definition: Property, text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueProblem("PROPERTY_VALUE_TOO_LONG", f"{definition.name} is longer than {MAX_TEXT} characters")
    if definition.name == "email" and not _EMAIL.fullmatch(text):
        raise ValueProblem("INVALID_EMAIL", f"Email address {text} is invalid")
    return text


def _number(_: Property, text: str) -> str:
    try:
        finite = math.isfinite(float(text))
    except ValueError:
        finite = False
    if not finite or "_" in text:
        raise ValueProblem("INVALID_DOUBLE", f"{text} was not a valid number.")
    return text.strip()


def _moment(text: str) -> dt.datetime:
    try:
        if text.lstrip("-").isdigit():
            return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
        moment = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueProblem("INVALID_DATE", f"{text} was not a valid long.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _date(_: Property, text: str) -> str:
    moment = _moment(text)
    if moment.time() != dt.time(0):
        raise ValueProblem("INVALID_DATE", f"{text} is not midnight UTC.")
    return moment.date().isoformat()


def _datetime(_: Property, text: str) -> str:
    return timestamp(_moment(text))


def _option(definition: Property, text: str) -> str:
    values = text.split(";") if definition.field_type == "checkbox" else [text]
    if not definition.option_values.issuperset(values):
        allowed = ", ".join(sorted(definition.option_values))
        raise ValueProblem("INVALID_OPTION", f"{text} was not one of the allowed options: [{allowed}]")
    return text


_BY_TYPE: dict[str, Callable[[Property, str], str]] = {
    "string": _string,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "bool": _option,
    "enumeration": _option,
}
