"""What a benchmark found: figures, the aims they are held to, remarks; kept as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Scale = Literal["small", "full"]


@dataclass(frozen=True)
class Aim:
    """The bound a figure should keep to."""

    kind: Literal["at least", "at most"]
    bound: float

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.kind == "at least" else value <= self.bound


@dataclass(frozen=True)
class Figure:
    """One measured value; without a unit it is a ratio."""

    label: str
    value: float
    unit: str = ""
    aim: Aim | None = None

    @property
    def is_missed(self) -> bool:
        return self.aim is not None and not self.aim.is_met(self.value)


@dataclass(frozen=True)
class Report:
    """One benchmark's result."""

    title: str
    floor: str
    figures: list[Figure]
    notes: list[str] = field(default_factory=list)

    def without_aims(self) -> Report:
        """Small figures are for trying out: fixed costs rule them, so nothing is held to an aim."""
        return replace(self, figures=[replace(figure, aim=None) for figure in self.figures])


@dataclass(frozen=True)
class Run:
    """A report with the circumstances it was made in."""

    name: str
    scale: Scale
    measured_at: str
    took_seconds: float
    machine: Mapping[str, Any]
    report: Report


def save(file: Path, runs: Iterable[Run]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(run) for run in runs], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load(file: Path) -> list[Run]:
    """Read saved runs; none where there is no file yet."""
    return [_run(entry) for entry in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


def merged(earlier: Iterable[Run], later: Iterable[Run], order: Iterable[str]) -> list[Run]:
    """Replace what was measured again, and keep the rest."""
    newest = {run.name: run for run in [*earlier, *later]}
    return [newest[name] for name in order if name in newest]


def _run(entry: dict[str, Any]) -> Run:
    report = entry.pop("report")
    figures = [
        Figure(**{**figure, "aim": Aim(**figure["aim"]) if figure["aim"] else None}) for figure in report["figures"]
    ]
    return Run(**entry, report=Report(**{**report, "figures": figures}))
