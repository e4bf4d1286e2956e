"""Start long-running processes in groups of their own, remember them in a file, and end exactly those."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
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


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the end, so that no process is started and then not remembered."""
    if threading.current_thread() is not threading.main_thread():  # only there do signals interrupt
        yield
        return
    held: list[int] = []
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, lambda caught, _frame: held.append(caught))
        yield
    finally:
        try:
            signal.signal(signal.SIGINT, before[signal.SIGINT])
        finally:  # it may interrupt at once
            signal.signal(signal.SIGTERM, before[signal.SIGTERM])
            for told in held:
                signal.raise_signal(told)


def end(processes: Sequence[Started]) -> None:
    """Ask every group to end, wait for all of them together, and kill what is left."""
    asked = _all_members(processes)
    for process in processes:
        _ask_to_end(process)
    psutil.wait_procs(asked, timeout=_END_SECONDS)
    left = [member for member in asked | _all_members(processes) if _is_alive(member)]
    for member in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(left, timeout=_END_SECONDS)


def remember(file: Path, processes: Sequence[Started]) -> None:
    """Replace the file at once, so that an interrupt leaves the old list or the new one."""
    written = file.with_suffix(".new")
    written.write_text(json.dumps([asdict(process) for process in processes], indent=1), encoding="utf-8")
    written.replace(file)


def recall(file: Path) -> list[Started]:
    """Return the remembered processes that are still alive, themselves or by what they started."""
    if not file.exists():
        return []
    remembered = [Started(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    return [process for process in remembered if _members(process)]


def last_lines(log: str | Path, count: int = 15) -> str:
    try:
        with open(log, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123 (takes a path as text too)
            return "".join(lines.readlines()[-count:]).rstrip()
    except OSError:
        return "(no log)"


def _all_members(processes: Sequence[Started]) -> set[psutil.Process]:
    return {member for process in processes for member in _members(process)}


def _members(process: Started) -> set[psutil.Process]:
    """Find the living of a process's session, also after its leader's end, and their children in other sessions."""
    if _is_reused(process):
        return set()
    session = [member for member in psutil.process_iter() if _is_in_session(member, process)]
    found = set(session)
    for member in session:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.update(member.children(recursive=True))
    return found


def _is_reused(process: Started) -> bool:
    """Tell whether another process has the id now; the system gives no id away that still names a session."""
    try:
        return psutil.Process(process.pid).create_time() != process.created
    except psutil.NoSuchProcess:
        return False


def _is_in_session(member: psutil.Process, process: Started) -> bool:
    try:
        in_session = os.getsid(member.pid) == process.pid and member.create_time() >= process.created
        return in_session and _is_alive(member)
    except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
        return False


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _ask_to_end(process: Started) -> None:
    """Send SIGTERM to the leader's group: whoever made a group of its own is ended by its parent."""
    if process.is_alive:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
        return
    for member in _members(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            member.terminate()
