"""The policy for people and editors: the lines of a check, and a readable view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.policy.load import DEFAULT_POLICY, read_policy_file
from abm.policy.seats import seats
from abm.policy.versions import policy_document, policy_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from abm.policy.schema import Policy


def check_lines(path: Path | None) -> tuple[list[str], bool]:
    """Return what `abm policy check` prints, and whether the policy can be used."""
    reading = read_policy_file(path)
    lines = [f"fault    {fault}" for fault in reading.faults] + [f"warning  {doubt}" for doubt in reading.warnings]
    name = (path or DEFAULT_POLICY).name
    if reading.policy is None:
        return [*lines, f"{name}: {_counted(len(reading.faults), 'fault')}, not usable"], False
    verdict = f"usable, version {policy_version(reading.policy)}"
    return [*lines, f"{name}: {_counted(len(reading.warnings), 'warning')}, {verdict}"], True


def show_lines(policy: Policy) -> Iterator[str]:
    """Yield the policy's version, its styles with their seats, then every value by its dotted path."""
    yield f"version {policy_version(policy)}, amounts in {policy.currency}"
    numbers = seats(policy)
    for name, style in policy.enabled_styles.items():
        number = numbers[name]
        yield f"{name}: '{style.label}', {'unlimited' if number is None else number} seats"
    yield from _values(policy_document(policy))


def _values(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _values(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from _values(item, f"{path}[{index}]")
    else:
        yield f"{path} = {_shown(value)}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
