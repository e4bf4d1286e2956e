"""Say in plain words what pydantic found: dotted path, offending value, what to do."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from abm.errors import Fault
from abm.policy.parts import CURRENCY_PATTERN, IDENTIFIER_PATTERN, NAME_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_SHOWN_LENGTH = 60
_KEY = "[key]"  # pydantic's mark of a location that is a mapping's key
_GUARD, _DESTINATION_GUARDS = ("guards", "default"), ("guards", "destinations")
_YAML_WORDS = "put it in quotes (unquoted no, yes, on and off are not text in YAML)"
_EXPECTED = {
    "float_type": "a number without quotes, such as 0.5 or 250000 (YAML reads 2e6 as text)",
    "int_type": "a whole number without quotes",
    "int_from_float": "a whole number",
    "string_type": f"text; {_YAML_WORDS}",
    "bool_type": "true or false",
    "dict_type": "a mapping (keys and values)",
    "model_type": "a mapping (keys and values)",
    "list_type": "a list",
    "finite_number": "a finite number",
    "string_unicode": "text without half characters",
    "too_short": "at least one entry",
    "invalid_key": f"text; {_YAML_WORDS}",
}
_PATTERNS = {
    CURRENCY_PATTERN: "three capital letters, such as EUR",
    IDENTIFIER_PATTERN: "lower-case letters, digits and underscores, a letter first",
    NAME_PATTERN: "text on one line, not only spaces",
}


def faults_of(error: ValidationError) -> Iterator[Fault]:
    """Yield each fault once; what lies below a key that is itself wrong is left out."""
    details = error.errors(include_url=False)
    wrong_keys = {detail["loc"][:-1] for detail in details if detail["loc"][-1:] == (_KEY,)}
    wrong_guards = [detail for detail in details if detail["loc"][:2] == _GUARD]
    for detail in details:
        location = detail["loc"]
        if any(location[: len(key)] == key and location != (*key, _KEY) for key in wrong_keys):
            continue
        if not any(_is_inherited(detail, fault) for fault in wrong_guards):
            yield _fault(detail)


def _is_inherited(detail: ErrorDetails, wrong: ErrorDetails) -> bool:
    """Tell whether a destination's guard has only taken over what is wrong in the default's."""
    return (
        detail["loc"][:2] == _DESTINATION_GUARDS
        and detail["loc"][3:] == wrong["loc"][2:]
        and detail["input"] == wrong["input"]
    )


def _fault(detail: ErrorDetails) -> Fault:
    where, kind, context = _where(detail), detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return Fault(where, "is not a key of the policy", "Remove it, or see docs/policy.md for the right name")
    if kind == "missing":
        return Fault(where, "is missing", "Add it; docs/policy.md says what it answers")
    if kind == "value_error":
        reason, _, remedy = str(context["error"]).partition("; ")
        return Fault(where, f"{shown(detail['input'])} {reason}", remedy[:1].upper() + remedy[1:])
    return Fault(where, f"{shown(detail['input'])} is not allowed", _remedy(kind, context, detail))


def _remedy(kind: str, context: dict[str, Any], detail: ErrorDetails) -> str:
    if kind == "literal_error":
        return f"Use one of {context['expected']}{_nearest(detail['input'], context['expected'])}"
    if expected := _EXPECTED.get(kind) or _PATTERNS.get(context.get("pattern", "")):
        return f"Write {expected}"
    return detail["msg"].replace("Input should", "It should")


def _where(detail: ErrorDetails) -> str:
    """Join a location as people write it: `profiles[0].rules[2].points`."""
    location = detail["loc"]
    if location[-1:] == (_KEY,) or detail["type"] == "invalid_key":
        location = (*(location[:-2] if location[-1] == _KEY else location[:-1]), str(detail["input"]))
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return path.lstrip(".") or "policy"


def shown(value: Any) -> str:
    """Quote a value briefly; a policy holds rules, never people."""
    text = "nothing (null)" if value is None else repr(value)
    if isinstance(value, dict | list):
        text = "a mapping" if isinstance(value, dict) else "a list"
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def _nearest(value: Any, expected: str) -> str:
    names = [name.strip(" '") for name in expected.replace(" or ", ",").split(",")]
    near = difflib.get_close_matches(str(value), names, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
