"""Airflow's share of a night: the DAG runs' wall time, beside the same night by plain function calls."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from abm import nightly, transform
from abm.errors import AbmError
from abm.settings import Settings, load_settings
from abm.stack import DEMO_ACCOUNTS, processes
from abm.stack.airflow import AirflowApi
from abm.stack.lifecycle import DEMO_SEED, down, up
from abm.stack.night import run_night, task_instances
from abm.stack.sandbox import Sandbox
from benchmarks.measuring import stopwatch
from benchmarks.reports import Figure, Report
from benchmarks.warehouses import environment, temporary_home, warehouse_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from abm.stack.night import DagRun
    from benchmarks.reports import Scale

ACCOUNTS = {"small": 200, "full": DEMO_ACCOUNTS}
NIGHTS: dict[Scale, tuple[str, ...]] = {
    "small": ("first night",),
    "full": ("first night", "second night, nothing changed"),
}


@dataclass(frozen=True)
class AirflowNight:
    """One night under the scheduler; tasks run side by side, so their sum may be more than the wall time."""

    wall_seconds: float
    task_seconds: float
    tasks: int


def measure(scale: Scale) -> Report:
    """Run nights by function calls, then under the scheduler; at full scale also one in which nothing changed."""
    accounts, told = ACCOUNTS[scale], NIGHTS[scale]
    work = plain_nights(accounts, len(told))
    nights = airflow_nights(accounts, len(told))
    return Report(
        title="Airflow's share of the night",
        floor="`abm.nightly.run_night`, the same steps as function calls in one process, over the same world.",
        figures=[
            figure
            for name, seconds, night in zip(told, work, nights, strict=True)
            for figure in (
                Figure(f"{name}: work alone, {accounts:,} accounts", seconds, "s"),
                Figure(f"{name}: DAG runs, first start to last end", night.wall_seconds, "s"),
                Figure(f"{name}: time inside tasks", night.task_seconds, "s"),
                Figure(f"{name}: DAG runs / work", night.wall_seconds / seconds),
            )
        ],
        notes=[
            f"A night has {nights[-1].tasks} task instances; one that waits for dbt counts as long as it waits.",
            "Each task is a process that loads its libraries anew, and reads several sources or sends to several",
            "destinations at once; function calls load them once, in the first night, and go one after another.",
            "The two are measured one after the other, not in turn: an idle Airflow takes processor time as well.",
        ],
    )


def plain_nights(accounts: int, count: int) -> list[float]:
    """Return the seconds of nights without Airflow."""
    with temporary_home() as home, warehouse_in(home) as url, _platforms(home, accounts):
        transform.parse(url)  # as the stack does at its start
        began = datetime.now(UTC)
        # Nights are named by the second.
        return [_plain_night(url, load_settings(), began + timedelta(seconds=number)) for number in range(count)]


def _plain_night(url: str, settings: Settings, now: datetime) -> float:
    with stopwatch() as watch:
        night = nightly.run_night(url, settings, now=now, tell=lambda _line: None)
    if night.failures:
        raise AbmError("; ".join(f"{failure.step}: {failure.error}" for failure in night.failures))
    return watch.seconds


@contextmanager
def _platforms(home: Path, accounts: int) -> Iterator[None]:
    """Serve the demo's world and set its connections."""
    sandbox = Sandbox(home / "sandbox", accounts, DEMO_SEED)
    server = sandbox.start()
    try:
        with environment(sandbox.wait_until_ready(server)):
            yield
    finally:
        processes.end([server])


def airflow_nights(accounts: int, count: int) -> list[AirflowNight]:
    """Return nights under a scheduler that is started for them."""
    with temporary_home():
        settings = load_settings()
        try:
            api = AirflowApi(up(settings, port=None, accounts=accounts, tell=lambda _line: None).airflow)
            nights = [_airflow_night(api) for _ in range(count)]
            api.close()
        finally:
            down(settings)
    return nights


def _airflow_night(api: AirflowApi) -> AirflowNight:
    return _read_night(api, run_night(api, show=lambda _run: None))


def _read_night(api: AirflowApi, runs: Sequence[DagRun]) -> AirflowNight:
    facts = [api.get(f"/dags/{run.dag_id}/dagRuns/{run.run_id}") for run in runs]
    tasks = [task for run in runs for task in task_instances(api, run.dag_id, run.run_id)]
    began = min(_moment(fact["start_date"]) for fact in facts)
    ended = max(_moment(fact["end_date"]) for fact in facts)
    return AirflowNight((ended - began).total_seconds(), sum(task["duration"] or 0 for task in tasks), len(tasks))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
