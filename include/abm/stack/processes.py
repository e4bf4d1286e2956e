"""Start long-running processes in groups of their own, remember them in a file, and end exactly those."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_END_SECONDS = 20


@dataclass(frozen=True)
class Started:
    """One process we started; its creation time tells it from a later one with the same id."""

    name: str
    pid: int
    created: float
    log: str

    @property
    def is_alive(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def start(name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, logs: Path) -> Started:
    """Start the command as the leader of its own process group, its output in `<logs>/<name>.log`."""
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Started(name, process.pid, psutil.Process(process.pid).create_time(), str(log))


def end(processes: Sequence[Started]) -> None:
    """Ask every group to end, wait for all of them together, and kill what is left."""
    for process in processes:
        _signal_group(process, signal.SIGTERM)
    members = [member for process in processes for member in _members(process)]
    _, left = psutil.wait_procs(members, timeout=_END_SECONDS)
    for process in processes:
        _signal_group(process, signal.SIGKILL)
    for member in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(left, timeout=_END_SECONDS)


def remember(file: Path, processes: Sequence[Started]) -> None:
    file.write_text(json.dumps([asdict(process) for process in processes], indent=1), encoding="utf-8")


def recall(file: Path) -> list[Started]:
    """Return the remembered processes that are still alive."""
    if not file.exists():
        return []
    remembered = [Started(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    return [process for process in remembered if process.is_alive]


def last_lines(log: str | Path, count: int = 15) -> str:
    try:
        with open(log, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123 (takes a path as text too)
            return "".join(lines.readlines()[-count:]).rstrip()
    except OSError:
        return "(no log)"


def _members(process: Started) -> list[psutil.Process]:
    """List the group's processes: children that made a group of their own are found through their parents."""
    try:
        leader = psutil.Process(process.pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal_group(process: Started, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
