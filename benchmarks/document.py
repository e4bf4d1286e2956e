"""Write measured runs as the page `docs/benchmarks.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from benchmarks.reports import Figure, Run

_HEAD = """\
# Benchmarks

Written by `make bench`; the same figures stand in `benchmarks/results.json`. Do not edit by hand.

Each benchmark compares the product with a floor: the least that could do the same work on the same machine, measured in
the same run, in turn with it. The ratio is what counts and what is held to an aim; seconds differ between machines.
`make bench` measures all, `python -m benchmarks landing planning` some; `--scale small` tries them out in a minute.
"""
_FEW_DIGITS_BELOW = 100


def page(runs: Iterable[Run]) -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *(line for run in runs for line in _section(run))])


def _section(run: Run) -> Iterator[str]:
    yield from (f"## {run.report.title}", "", f"Floor: {run.report.floor}", "")
    yield from ("| measured | value | aim | |", "|---|---:|---|---|")
    yield from (_row(figure) for figure in run.report.figures)
    yield ""
    for figure in run.report.figures:
        if figure.is_missed:
            yield f"- **Missed:** {figure.label} is {told(figure)}, the aim is {_aim(figure)}."
    yield from (f"- {note}" for note in run.report.notes)
    yield from (f"- {_circumstances(run)}", "")


def _row(figure: Figure) -> str:
    verdict = "" if figure.aim is None else "missed" if figure.is_missed else "met"
    return f"| {figure.label} | {told(figure)} | {_aim(figure)} | {verdict} |"


def _aim(figure: Figure) -> str:
    return f"{figure.aim.kind} {figure.aim.bound:g}" if figure.aim else ""


def told(figure: Figure) -> str:
    """Write a value as short as it can be read: 0.31, 12.4 s, 210,000 rows/s."""
    number = f"{figure.value:.3g}" if abs(figure.value) < _FEW_DIGITS_BELOW else f"{figure.value:,.0f}"
    return f"{number} {figure.unit}".rstrip()


def _circumstances(run: Run) -> str:
    return f"Measured {run.measured_at} at scale {run.scale} in {run.took_seconds:,.0f} s on {_machine(run.machine)}."


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, PostgreSQL {machine['postgresql']}, load {machine['load_before']} before"
    )
