"""Read policy.yml as YAML: every fault of form has its line, nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 1_000_000  # a policy has some 10,000; larger is another file by mistake


class _StrictLoader(yaml.SafeLoader):
    """YAML without its traps: a key stands once, and no anchors multiply the document."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="uses an alias (*); write the value out", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            text = str(key.value)
            if text in seen:
                problem = f"has the key '{text}' twice, first in line {seen[text]}"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen[text] = key.start_mark.line + 1
        return super().construct_mapping(node, deep=deep)


def read_document(path: Path) -> dict[str, Any]:
    """Return the file's mapping; raises ConfigurationError with the line of what cannot be read."""
    text = _read_text(path)
    try:
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (derived from SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(_yaml_fault(path, error)) from error
    if document is None:
        raise ConfigurationError(_fault(path, "is empty", "Write at least one key, or leave the setting out"))
    if not isinstance(document, dict):
        raise ConfigurationError(_fault(path, "is not a mapping", "Start with a key such as 'currency: USD'"))
    return document


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(_fault(path, "does not exist", "Check ABM_POLICY, or unset it")) from error
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise ConfigurationError(_fault(path, problem, "Name a file that this user may read")) from error
    if len(data) > _MAX_BYTES:
        raise ConfigurationError(_fault(path, f"has {len(data):,} bytes", f"A policy has at most {_MAX_BYTES:,}"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigurationError(_fault(path, f"is not UTF-8 in line {line}", "Save it as UTF-8")) from error


def _yaml_fault(path: Path, error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = getattr(error, "problem", None) or "nesting or a value that YAML does not allow"
    return _fault(path, f"cannot be read as YAML{line}: {problem}", "Mend that line; indent by two spaces, no tabs")


def _fault(path: Path, problem: str, remedy: str) -> Fault:
    return Fault(f"policy {path.name}", problem, remedy)
