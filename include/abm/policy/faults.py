"""Say in plain words what pydantic found: dotted path, offending value, what to do."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from abm.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_SHOWN_LENGTH = 60
_EXPECTED = {
    "float_type": "a number without quotes, such as 0.5 or 250000",
    "int_type": "a whole number without quotes",
    "int_from_float": "a whole number",
    "string_type": "text; put it in quotes (unquoted no, yes, on and off are not text in YAML)",
    "bool_type": "true or false",
    "dict_type": "a mapping (keys and values)",
    "model_type": "a mapping (keys and values)",
    "list_type": "a list",
    "finite_number": "a finite number",
}


def faults_of(error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        yield _fault(detail)


def _fault(detail: ErrorDetails) -> Fault:
    where, kind, context = dotted(detail["loc"]), detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return Fault(where, "is not a key of the policy", "Remove it, or see docs/policy.md for the right name")
    if kind == "missing":
        return Fault(where, "is missing", "Add it; docs/policy.md says what it answers")
    problem = f"{shown(detail['input'])} is not allowed"
    if kind == "value_error":
        return Fault(
            where, f"{shown(detail['input'])} {context['error']}".split(";")[0], _remedy(str(context["error"]))
        )
    if kind == "literal_error":
        return Fault(
            where, problem, f"Use one of {context['expected']}{_nearest(detail['input'], context['expected'])}"
        )
    if kind in _EXPECTED:
        return Fault(where, problem, f"Write {_EXPECTED[kind]}")
    return Fault(where, problem, detail["msg"].replace("Input should", "It should"))


def dotted(location: tuple[int | str, ...]) -> str:
    """Join a location as people write it: `profiles[0].rules[2].points`."""
    path = ""
    for step in location:
        if step != "[key]":
            path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.lstrip(".") or "policy"


def shown(value: Any) -> str:
    """Quote a value briefly; a policy holds rules, never people."""
    text = "nothing (null)" if value is None else repr(value)
    if isinstance(value, dict | list):
        text = "a mapping" if isinstance(value, dict) else "a list"
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def _remedy(message: str) -> str:
    after = message.partition("; ")[2]
    return after[:1].upper() + after[1:] if after else "See docs/policy.md"


def _nearest(value: Any, expected: str) -> str:
    names = [name.strip(" '") for name in expected.replace(" or ", ",").split(",")]
    near = difflib.get_close_matches(str(value), names, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
