"""What dbt says, in one sentence each, without the rows that the database quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from subprocess import CompletedProcess

_FAILED = frozenset({"error", "fail", "runtime error"})
_QUOTED_VALUE = re.compile(r': ".*?"')  # invalid input syntax for type numeric: "…"
_QUOTED_ROWS = re.compile(r"^[ \t]*(DETAIL|CONTEXT):.*", re.MULTILINE | re.DOTALL)
_SHOWN_FAILURES = 3
_SHOWN_LINES = 4


def without_rows(message: str) -> str:
    """Cut a message where PostgreSQL begins to quote rows: their values may have lines of their own."""
    return _QUOTED_ROWS.sub("", message)


def told_failures(results: Mapping[str, Any], target: Path) -> str:
    """Name each model and test that failed with the start of its message, without values of rows; empty if none did."""
    failed = [node for node in results["results"] if node["status"] in _FAILED]
    if not failed:
        return ""
    lines = [f"{_name(node['unique_id'])}: {_first_lines(node['message'] or '')}" for node in failed]
    more = f" and {len(lines) - _SHOWN_FAILURES} more" if len(lines) > _SHOWN_FAILURES else ""
    return (
        f"dbt stopped at {'; '.join(lines[:_SHOWN_FAILURES])}{more}. What was published stays. "
        f"The compiled SQL is under {target / 'compiled'}; mend the data or the model and run again"
    )


def _name(unique_id: str) -> str:
    """Return 'model int_accounts' for 'model.abm.int_accounts'."""
    kind, _, name = unique_id.split(".")[:3]
    return f"{kind} {name}"


def told_output(output: CompletedProcess[str], target: Path) -> str:
    """Say why dbt ended before its first node."""
    _, _, message = (output.stdout + output.stderr).partition("Encountered an error:")
    return f"dbt did not start: {_first_lines(message)}. Its log is under {target / 'logs'}"


def _first_lines(message: str) -> str:
    lines = [line.strip() for line in without_rows(message).splitlines() if line.strip()]
    return _QUOTED_VALUE.sub(": a value", " ".join(lines[:_SHOWN_LINES])).rstrip(".")
