"""Hold a request's body against Google's own schemas: unknown names, wrong types, unknown enum values.

`schemas.json` is cut mechanically from the API's discovery document. As in any proto3 JSON API, an enum may be given
by name or by number; what comes back here always has names.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from abm_sandbox.google.errors import ApiError, Violation

_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "boolean": bool, "array": list, "object": dict}


@lru_cache(maxsize=1)
def schemas() -> dict[str, Any]:
    text = files("abm_sandbox.google").joinpath("schemas.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["schemas"]
    return found


def read(body: Any, name: str) -> dict[str, Any]:
    """Return the body with enum numbers as names; raises ApiError for what is no message of that schema."""
    violations: list[Violation] = []
    message = _message(body, name, "", violations)
    if violations:
        told = "; ".join(violation.description for violation in violations[:3])
        raise ApiError(400, f"Invalid JSON payload received. {told}", violations=violations)
    return message


def _message(value: Any, name: str, path: str, violations: list[Violation]) -> dict[str, Any]:
    properties = schemas()[name].get("properties", {})
    if not isinstance(value, dict):
        violations.append(_wrong(path, "is not an object"))
        return {}
    unknown = sorted(value.keys() - properties.keys())
    violations.extend(_wrong(path, f'Unknown name "{member}": Cannot find field.') for member in unknown)
    return {
        member: _value(given, properties[member], f"{path}.{member}".lstrip("."), violations)
        for member, given in value.items()
        if member in properties and given is not None
    }


def _value(value: Any, schema: dict[str, Any], path: str, violations: list[Violation]) -> Any:
    if "$ref" in schema:
        return _message(value, schema["$ref"], path, violations)
    if "enum" in schema:
        return _enum(value, schema["enum"], path, violations)
    if schema["type"] == "integer" or schema.get("format") == "int64":
        return _number(value, path, violations)
    if not isinstance(value, _TYPES[schema["type"]]):
        violations.append(_wrong(path, f"is not of type {schema['type']}"))
        return value
    if schema["type"] == "array":
        return [_value(item, schema["items"], f"{path}[{place}]", violations) for place, item in enumerate(value)]
    return value


def _enum(value: Any, names: list[str], path: str, violations: list[Violation]) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return names[value]
    if value not in names:
        violations.append(Violation(path, "INVALID_ENUM_VALUE", f"Invalid value at '{path}'"))
    return value


def _number(value: Any, path: str, violations: list[Violation]) -> Any:
    """Numbers of 64 bits are strings in JSON, and both forms are taken."""
    try:
        return int(value)
    except (TypeError, ValueError):
        violations.append(_wrong(path, "is not a number"))
        return value


def _wrong(path: str, told: str) -> Violation:
    return Violation(path, "INVALID_FORMAT", f"Invalid value at '{path}': {told}")
