"""The benchmarks' own arithmetic and page, and one of them run small."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typer import Typer
from typer.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.document import page, told
from benchmarks.measuring import Pairs, interleaved
from benchmarks.reports import Aim, Figure, Report, Run, load, merged, save
from benchmarks.statements import written_statements

if TYPE_CHECKING:
    from pathlib import Path

MACHINE = {
    "processor": "a processor",
    "cores": 2,
    "memory_gib": 24,
    "system": "Linux 6",
    "python": "3.11.7",
    "postgresql": "18.6.3",
    "load_before": 0.1,
}


def a_run(name: str = "landing", value: float = 0.3) -> Run:
    figure = Figure("rows/s against the floor", value, aim=Aim("at least", 0.25))
    return Run(name, "full", "2026-03-02", 61.0, MACHINE, Report("Landing", "a floor", [figure], ["A remark."]))


def run_command(*arguments: str) -> tuple[int, str]:
    app = Typer()
    app.command()(main)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_round_is_compared_with_its_neighbour_in_time() -> None:
    # The machine was ten times slower in the last round: the ratio of that round is as good as the others'.
    assert Pairs(product=[2.0, 2.0, 20.0], floor=[1.0, 1.0, 10.0]).times_the_floor == 2.0


def test_sides_take_turns_and_warm_up_is_not_counted() -> None:
    calls: list[str] = []

    def side(name: str, seconds: float) -> float:
        calls.append(name)
        return seconds

    pairs = interleaved(lambda: side("product", 3.0), lambda: side("floor", 1.5), rounds=2)

    assert calls == ["product", "floor"] * 3
    assert pairs == Pairs([3.0, 3.0], [1.5, 1.5])
    assert pairs.share_of_floor_speed == 0.5


@pytest.mark.parametrize(
    ("aim", "value", "missed"),
    [
        (Aim("at least", 0.25), 0.25, False),
        (Aim("at least", 0.25), 0.24, True),
        (Aim("at most", 2), 2.0, False),
        (Aim("at most", 2), 2.1, True),
        (None, 99.0, False),
    ],
)
def test_figure_is_held_to_its_aim(aim: Aim | None, value: float, missed: bool) -> None:
    assert Figure("a figure", value, aim=aim).is_missed is missed


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure("", 0.3114), "0.311"),
        (Figure("", 12.44, "s"), "12.4 s"),
        (Figure("", 211_512.3, "rows/s"), "211,512 rows/s"),
    ],
)
def test_value_is_written_as_short_as_it_can_be_read(figure: Figure, text: str) -> None:
    assert told(figure) == text


def test_page_names_missed_aims() -> None:
    assert "**Missed:**" not in page([a_run(value=0.3)])
    assert "- **Missed:** rows/s against the floor is 0.2, the aim is at least 0.25." in page([a_run(value=0.2)])


def test_runs_are_read_back_as_they_were_saved(tmp_path: Path) -> None:
    save(tmp_path / "results.json", [a_run()])
    assert load(tmp_path / "results.json") == [a_run()]


def test_what_is_not_measured_again_is_kept() -> None:
    earlier, later = [a_run("landing"), a_run("sending")], [replace(a_run("landing"), took_seconds=1.0)]
    assert [(run.name, run.took_seconds) for run in merged(earlier, later, ["sending", "landing"])] == [
        ("sending", 61.0),
        ("landing", 1.0),
    ]


def test_unknown_benchmark_is_refused_before_anything_runs(tmp_path: Path) -> None:
    code, output = run_command("landing", "lending", "--out", str(tmp_path))
    assert code == 2
    assert "lending" in output
    assert not list(tmp_path.iterdir())


def test_small_run_writes_results_and_page_without_judging_aims(tmp_path: Path) -> None:
    code, output = run_command("planning", "--scale", "small", "--out", str(tmp_path))

    assert code == 0, output
    (run,) = json.loads((tmp_path / "results.json").read_text())
    assert run["name"] == "planning"
    assert all(figure["value"] > 0 and figure["aim"] is None for figure in run["report"]["figures"])
    assert "## Planning" in (tmp_path / "benchmarks.md").read_text()


def test_statements_of_a_build_write_to_a_schema_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "abm" / "models" / "marts"
    folder.mkdir(parents=True)
    (folder / "made.sql").write_text(
        'create table "*****"."candidate_marts"."made__dbt_tmp" as (select * from "*****"."marts"."read")'
    )

    assert written_statements(tmp_path, ["marts"]) == [
        'create table "psql_alone"."made" as (select * from "marts"."read")'
    ]
