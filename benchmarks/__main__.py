"""Run benchmarks, write their results: `python -m benchmarks [NAMES...] [--scale small|full] [--out DIR]`."""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path  # noqa: TC003 (typer reads the types when it runs)
from typing import Annotated

import typer

from abm.errors import AbmError
from abm.settings import PROJECT_DIR
from benchmarks import machine
from benchmarks.document import page, told
from benchmarks.reports import Report, Run, Scale, load, merged, save

NAMES = ("landing", "build", "simulate", "planning", "sending", "memory", "night")
NOT_SMALL = ("night",)  # Airflow's start alone takes longer than all the rest


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(NAMES)}; none: all of them.")] = None,
    scale: Annotated[Scale, typer.Option(help="small tries them out, without 'night' unless it is named.")] = "full",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for results.json and benchmarks.md; unset: where the project keeps them."),
    ] = None,
) -> None:
    """Measure, print, and write results.json and benchmarks.md; small figures are only written where --out says."""
    chosen = names or [name for name in NAMES if scale == "full" or name not in NOT_SMALL]
    if unknown := sorted(set(chosen) - set(NAMES)):
        raise typer.BadParameter(f"No benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}.")
    runs = []
    for name in chosen:
        if run := _run(name, scale):
            runs.append(run)
            if out or scale == "full":
                _write(run, out)
    if len(runs) < len(chosen):
        raise typer.Exit(1)


def _run(name: str, scale: Scale) -> Run | None:
    """Measure one; what fails is told and leaves its earlier figures as they were."""
    typer.echo(f"\n{name} ...")
    facts, measured_at, began = machine.facts(), f"{datetime.now(UTC):%Y-%m-%d}", time.monotonic()
    try:
        report: Report = import_module(f"benchmarks.{name}").measure(scale)
    except AbmError as error:
        typer.echo(f"{name} failed: {error}", err=True)
        return None
    report = report if scale == "full" else report.without_aims()
    for figure in report.figures:
        typer.echo(f"  {figure.label:<66}{told(figure):>18}{'  MISSED' if figure.is_missed else ''}")
    return Run(name, scale, measured_at, round(time.monotonic() - began, 1), facts, report)


def _write(run: Run, out: Path | None) -> None:
    """Replace the benchmark's earlier result at once, so that a long run cut off keeps what it has."""
    results = (out or PROJECT_DIR / "benchmarks") / "results.json"
    kept = merged(load(results), [run], NAMES)
    save(results, kept)
    document = (out or PROJECT_DIR / "docs") / "benchmarks.md"
    document.write_text(page(kept), encoding="utf-8")
    typer.echo(f"  written to {results} and {document}")


if __name__ == "__main__":
    # Servers that a benchmark started end with it, also where it is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    typer.run(main)
