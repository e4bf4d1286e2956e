"""Check and turn one written value into what the store holds, by the type of its field."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from abm_sandbox.salesforce.errors import RowError, SalesforceError
from abm_sandbox.salesforce.ids import is_id, long_id
from abm_sandbox.salesforce.moments import stored
from abm_sandbox.salesforce.schema import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from abm_sandbox.salesforce.schema import Field

_BOOLEANS = {"true": 1, "1": 1, "false": 0, "0": 0}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def convert(field: Field, value: Any, *, is_csv: bool) -> Any:
    """Return the stored value; null and empty text are both null.

    Raises RowError for a value the field refuses. A JSON value of the wrong kind ends the whole request, as in the
    real API; CSV has only text, so there it ends the row.
    """
    if value is None or value == "":
        if field.required:
            raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{field.name}]", (field.name,))
        return 0 if field.type == "boolean" else None
    try:
        return _converter(field.type)(field, value)
    except (ValueError, TypeError) as error:
        if is_csv:
            raise RowError(
                "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.name}: value not of required type", (field.name,)
            ) from error
        raise SalesforceError(
            400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {field.type} from the value of {field.name}"
        ) from error


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    if field.length and len(value) > field.length:
        raise RowError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: (max length={field.length})",
            (field.name,),
        )
    return value


def _email(field: Field, value: Any) -> str:
    text = _text(field, value)
    if _EMAIL.fullmatch(text) is None:
        raise RowError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address", (field.name,))
    return text


def _picklist(field: Field, value: Any) -> str:
    text = _text(field, value)
    if field.restricted and text not in field.values:
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {text}",
            (field.name,),
        )
    return text


def _reference(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    if not is_id(value):
        raise RowError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value[:40]}", (field.name,))
    return long_id(value)


def _number(field: Field, value: Any) -> float | int:
    if isinstance(value, bool):
        raise TypeError
    number = round(float(value), field.scale)
    if field.precision and abs(number) >= 10 ** (field.precision - field.scale):
        raise RowError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            (field.name,),
        )
    return int(number) if field.type == "int" else number


def _boolean(_field: Field, value: Any) -> int:
    written = str(value).lower()
    if written not in _BOOLEANS:
        raise ValueError(written)
    return _BOOLEANS[written]


def _date(_field: Field, value: Any) -> str:
    return dt.date.fromisoformat(value[:10]).isoformat()


def _datetime(_field: Field, value: Any) -> str:
    return stored(value)


_CONVERTERS: dict[str, Callable[[Field, Any], Any]] = {
    "email": _email,
    "picklist": _picklist,
    "reference": _reference,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    **dict.fromkeys(NUMERIC, _number),
}


def _converter(field_type: str) -> Callable[[Field, Any], Any]:
    return _CONVERTERS.get(field_type, _text)
