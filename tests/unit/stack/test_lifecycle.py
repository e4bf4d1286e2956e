"""What `up`, `down` and `demo` leave alone, and what they end."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from rich.console import Console

from abm import cli
from abm.errors import ConfigurationError
from abm.settings import Settings
from abm.stack import airflow, lifecycle, processes
from abm.stack.demo import demo
from abm.warehouse import EmbeddedServer, open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    return Settings(home=home, warehouse_url=None)


@pytest.fixture
def sleeper(settings: Settings) -> Iterator[processes.Started]:
    """A running stack of one process."""
    started = start_sleeper("sandbox", settings.home_dir)
    processes.remember(settings.home_dir / "stack.json", [started])
    yield started
    processes.end([started])


def start_sleeper(name: str, folder: Path) -> processes.Started:
    return processes.start(name, ["sleep", "60"], environment=dict(os.environ), folder=folder, logs=folder)


def test_a_demo_leaves_a_running_stack_alone(settings: Settings, sleeper: processes.Started) -> None:
    with pytest.raises(ConfigurationError, match="sandbox run already"):
        demo(settings, Console(quiet=True))
    assert sleeper.is_alive
    assert processes.recall(settings.home_dir / "stack.json") == [sleeper]


def test_a_demo_that_fails_after_its_start_ends_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[processes.Started] = []

    def up(*_: object, **__: object) -> lifecycle.Stack:
        made.append(start_sleeper("sandbox", settings.home_dir))
        processes.remember(settings.home_dir / "stack.json", made)
        local = airflow.LocalAirflow(settings.home_dir, "", 1, {}, "", settings.home_dir)
        return lifecycle.Stack(local, "", made)

    monkeypatch.setattr("abm.stack.demo.up", up)
    with pytest.raises(Exception, match="refused"):
        demo(settings, Console(quiet=True))
    assert not made[0].is_alive


def test_each_component_is_remembered_before_the_next_starts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def start(name: str, *_: object, **__: object) -> processes.Started:
        steps.append(f"start {name}")
        return processes.Started(name, 0, 0.0, "")

    monkeypatch.setattr(processes, "start", start)
    local = airflow.LocalAirflow(settings.home_dir / "airflow", "", 1, {}, "", settings.home_dir)
    local.start(lambda started: steps.append(f"remember {started.name}"))
    assert steps == [f"{step} {name}" for name in airflow.COMPONENTS for step in ("start", "remember")]


def test_components_with_a_log_server_start_without_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: dict[str, list[str]] = {}
    monkeypatch.setattr(processes, "start", lambda name, command, **_: commands.setdefault(name, command))
    local = airflow.LocalAirflow(settings.home_dir / "airflow", "", 1, {}, "", settings.home_dir)
    local.start(lambda _started: None)
    assert [name for name, command in commands.items() if "--skip-serve-logs" in command] == ["scheduler", "triggerer"]
    assert commands["api-server"] == [sys.executable, "-m", "airflow", "api-server"]


def test_the_first_up_shows_the_password_also_after_a_demo(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes, "start", lambda *_, **__: None)
    local = airflow.LocalAirflow(settings.home_dir / "airflow", "", 1, {}, "", settings.home_dir)
    local.start(lambda _started: None)  # as a demo does, which shows no password
    monkeypatch.setattr(lifecycle, "up", lambda *_, **__: lifecycle.Stack(local, "", []))

    cli.up()
    first = capsys.readouterr().out
    cli.up()
    second = capsys.readouterr().out

    assert f"Log in as {airflow.USER} with {local.password} (shown once)" in first
    assert local.password not in second
    assert str(local.home / "passwords.json") in second


def test_down_leaves_the_database_to_the_command_that_uses_it(settings: Settings) -> None:
    server = EmbeddedServer(settings.home_dir / "postgres")
    server.start()
    with open_warehouse(settings) as url, psycopg.connect(url) as connection:
        assert lifecycle.down(settings) == []
        assert connection.execute("select 1").fetchone() == (1,)
    assert not server.running
    assert lifecycle.down(settings) == []


def test_down_stops_a_kept_database_that_nobody_uses(settings: Settings) -> None:
    server = EmbeddedServer(settings.home_dir / "postgres")
    server.start()
    with open_warehouse(settings):
        pass
    assert server.running
    assert lifecycle.down(settings) == ["postgres"]
    assert not server.running
