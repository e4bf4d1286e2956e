"""Processes that outlive their leader, ids that were given away, and a list that survives an interrupt."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from abm.stack import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARENT = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], tuple[processes.Started, psutil.Process]]]:
    """Start a leader with one child; both are ended at the end."""
    made: list[psutil.Process] = []

    def start(name: str) -> tuple[processes.Started, psutil.Process]:
        command = [sys.executable, "-c", _PARENT]
        leader = processes.start(name, command, environment=dict(os.environ), folder=tmp_path, logs=tmp_path)
        made.append(psutil.Process(leader.pid))
        while not (told := Path(leader.log).read_text(encoding="utf-8")).endswith("\n"):
            assert leader.is_alive
        made.append(psutil.Process(int(told)))
        return leader, made[-1]

    yield start
    for process in made:
        if process.is_running():
            process.kill()


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_ending_a_leader_ends_its_children(start) -> None:
    leader, child = start("whole")
    processes.end([leader])
    assert not leader.is_alive
    assert not is_alive(child)


def test_children_of_a_killed_leader_are_recalled_and_ended(start, tmp_path: Path) -> None:
    leader, child = start("headless")
    processes.remember(tmp_path / "stack.json", [leader])
    psutil.Process(leader.pid).kill()
    psutil.wait_procs([psutil.Process(leader.pid)] if psutil.pid_exists(leader.pid) else [], timeout=5)
    recalled = processes.recall(tmp_path / "stack.json")
    assert recalled == [leader]
    processes.end(recalled)
    assert not is_alive(child)
    assert processes.recall(tmp_path / "stack.json") == []


@pytest.mark.parametrize("seconds", [-10, 10])
def test_a_process_that_got_a_remembered_id_is_left_alone(start, tmp_path: Path, seconds: int) -> None:
    leader, child = start("stranger")
    remembered = dataclasses.replace(leader, created=leader.created + seconds)
    processes.remember(tmp_path / "stack.json", [remembered])
    assert processes.recall(tmp_path / "stack.json") == []
    processes.end([remembered])
    assert leader.is_alive
    assert is_alive(child)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt: a shell without job control starts its background commands with it ignored."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_waits_until_a_process_is_remembered() -> None:
    done = []

    def start() -> None:
        with processes.uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("remembered")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert done == ["remembered"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("call", range(4))
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_no_interrupt_is_lost_while_handlers_change(
    monkeypatch: pytest.MonkeyPatch, told: signal.Signals, call: int
) -> None:
    """A signal comes just after the first, second, third or last change of a handler."""
    change, changes = signal.signal, []

    def change_later(number: signal.Signals, handler: Any) -> Any:
        replaced = change(number, handler)
        changes.append(number)
        if len(changes) == call + 1:
            signal.raise_signal(told)
        return replaced

    before = change(signal.SIGTERM, signal.default_int_handler)
    try:
        monkeypatch.setattr(signal, "signal", change_later)
        with pytest.raises(KeyboardInterrupt), processes.uninterrupted():
            pass
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        change(signal.SIGTERM, before)


def test_sigterm_that_would_kill_waits_too(tmp_path: Path) -> None:
    program = f"""
import os, pathlib, signal
from abm.stack import processes
with processes.uninterrupted():
    os.kill(os.getpid(), signal.SIGTERM)
    pathlib.Path({str(tmp_path / "remembered")!r}).touch()
raise SystemExit("still there")
"""
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGTERM
    assert (tmp_path / "remembered").exists()


def test_nothing_is_recalled_without_a_file(tmp_path: Path) -> None:
    assert processes.recall(tmp_path / "stack.json") == []
