"""Memory: what planning and sending a destination's rows adds to a process that does nothing else."""

from __future__ import annotations

import multiprocessing
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from abm import activation
from abm.destinations import REGISTRY
from abm.errors import AbmError
from abm.policy.load import load_policy
from benchmarks import released
from benchmarks.platforms import record_ids, served
from benchmarks.reports import Aim, Figure, Report
from benchmarks.sending import through
from benchmarks.warehouses import settle, temporary_home, warehouse_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection as Pipe

    from abm.settings import Connection
    from benchmarks.reports import Scale

ROWS: Mapping[Scale, int] = {"small": 20_000, "full": 1_000_000}
DESTINATIONS = ("salesforce", "hubspot", "linkedin")
MEGABYTE = 1e6
_AIM = Aim("at most", 400)
_UNIT_OF_PEAK = 1 if sys.platform == "darwin" else 1024  # in which the system tells it


def measure(scale: Scale) -> Report:
    """Plan and send every row of a destination in a process of its own, and look at the most memory it ever had."""
    rows = ROWS[scale]
    figures: list[Figure] = []
    with temporary_home() as home, warehouse_in(home) as url, served(home / "platforms", rows) as connections:
        released.publish_empty(url)
        for name in DESTINATIONS:
            released.name_records(url, record_ids(name, rows))
            if REGISTRY[name].kind == "records":
                released.publish_records(url, name, edition=0)
            else:
                released.publish_members(url, name)
            settle(url)
            figures.append(
                Figure(f"{name}: {rows:,} rows planned and sent", _added(url, name, connections[name]), "MB", _AIM)
            )
        figures.append(Figure(f"the sandbox with {rows:,} records a platform, apart", _sandbox(), "MB"))
    return Report(
        title="Memory",
        floor="the same process with everything imported, before it plans.",
        figures=figures,
        notes=[
            "Each figure is the peak of a process of its own, less what it had before planning.",
            "The warehouse and the sandbox are other processes.",
        ],
    )


def _added(url: str, name: str, connection: Connection) -> float:
    """Return the megabytes that planning and sending added."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_night, args=(url, name, connection, theirs))
    process.start()
    theirs.close()
    try:
        return float(ours.recv())
    except EOFError:
        raise AbmError(f"The process that sent to {name} ended without telling its memory.") from None
    finally:
        process.join()


def _night(url: str, name: str, connection: Connection, told: Pipe) -> None:
    before = psutil.Process().memory_info().rss
    run_id = f"{name}-memory"
    activation.plan(url, name, run_id=run_id)
    verdict = activation.guard(url, run_id, load_policy(None))
    activation.approve(url, run_id, verdict.digest, "benchmark")
    activation.send(url, run_id, connection, opening=through(None))
    activation.account(url, run_id, connection)
    told.send((_peak() - before) / MEGABYTE)


def _peak() -> int:
    """Return the most bytes this process ever had."""
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` would begin at the peak of the process that started this one
        told = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(told["VmHWM"].removesuffix("kB")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT_OF_PEAK


def _sandbox() -> float:
    """Return the megabytes of the process that serves the platforms."""
    serving = [child for child in psutil.Process().children() if "benchmarks.platforms" in child.cmdline()]
    return sum(child.memory_info().rss for child in serving) / MEGABYTE
