"""Connections, migrations, and the embedded server between several commands, crashes and folders of others."""

from __future__ import annotations

import contextlib
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psutil
import psycopg
import pytest

from abm import warehouse as module
from abm.errors import AbmError, ConfigurationError
from abm.settings import Settings
from abm.warehouse import EmbeddedServer, connect, memory_settings, migrate, open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of this test's own, not started."""
    own = EmbeddedServer(tmp_path / "own" / "postgres")
    yield own
    own.stop()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the database's own user that has nothing to do with PostgreSQL."""
    with subprocess.Popen(["sleep", "60"], user=module.system_user()) as process:
        yield process
        process.kill()


def test_migrating_twice_changes_nothing(warehouse_url: str, warehouse: psycopg.Connection) -> None:
    tables = "select count(*) from information_schema.tables where table_schema = 'ops'"
    before = warehouse.execute(tables).fetchone()
    migrate(warehouse_url)
    assert warehouse.execute(tables).fetchone() == before


def test_unreachable_server_is_told_without_the_password() -> None:
    with pytest.raises(ConfigurationError) as told:
        connect("postgresql://user:very-secret@127.0.0.1:1/abm")
    assert "127.0.0.1" in str(told.value)
    assert "very-secret" not in str(told.value)


@pytest.mark.parametrize("gigabytes", [1, 4, 24, 512])
def test_memory_settings_leave_room_for_airflow(gigabytes: int) -> None:
    buffers = int(memory_settings(gigabytes * 2**30)["shared_buffers"].removesuffix("MB"))
    assert buffers <= gigabytes * 1024 // 4
    assert buffers <= 4096


def test_the_last_command_stops_the_server(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, warehouse_url=None)
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        first.enter_context(open_warehouse(settings))
        url = second.enter_context(open_warehouse(settings))
        with psycopg.connect(url) as connection:
            first.close()
            assert connection.execute("select 1").fetchone() == (1,)
        second.close()
    assert not EmbeddedServer(tmp_path / "postgres").running


def test_two_first_starts_do_not_collide(server: EmbeddedServer) -> None:
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda _: server.start(), range(2)))
    assert sorted(started) == [False, True]
    assert server.running


def test_a_kept_server_that_crashed_is_kept_no_longer(server: EmbeddedServer) -> None:
    server.start()
    _crash(server)
    with server.in_use():
        assert server.running
    assert not server.running


def test_a_stranger_with_the_servers_old_id_is_left_alone(
    server: EmbeddedServer, stranger: subprocess.Popen[bytes]
) -> None:
    server.start()
    file = server.data_dir / "postmaster.pid"
    _, _, rest = file.read_text(encoding="utf-8").partition("\n")
    _crash(server)
    file.write_text(f"{stranger.pid}\n{rest}", encoding="utf-8")
    assert not server.running
    server.stop()
    assert not server.release()
    assert stranger.poll() is None
    assert server.start()
    assert server.running


def test_a_folder_with_other_files_is_left_alone(server: EmbeddedServer) -> None:
    server.data_dir.mkdir(parents=True)
    (server.data_dir / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="holds files"):
        server.start()
    assert [file.name for file in server.data_dir.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("there_before", [True, False])
def test_a_failed_creation_removes_only_the_folder_it_made(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, there_before: bool
) -> None:
    if there_before:
        server.data_dir.mkdir(parents=True)
    monkeypatch.setattr(module, "program", _failing(subprocess.CalledProcessError(1, "initdb")))
    with pytest.raises(AbmError, match="could not be created"):
        server.start()
    assert server.data_dir.exists() == there_before


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        EmbeddedServer(tmp_path / "home" / "postgres").start()


@pytest.mark.parametrize("error", [subprocess.TimeoutExpired("pg_ctl", 60), subprocess.CalledProcessError(1, "pg_ctl")])
def test_a_server_that_does_not_stop_is_told(server: EmbeddedServer, error: Exception) -> None:
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "program", _failing(error))
        with pytest.raises(AbmError, match="did not stop"):
            server.stop()


def _failing(error: Exception) -> Any:
    def run(*_: object, **__: object) -> str:
        raise error

    return lambda _name: run


def _crash(server: EmbeddedServer) -> None:
    """Kill the server and its children at once, as a power cut does; postmaster.pid stays."""
    postmaster = psutil.Process(int((server.data_dir / "postmaster.pid").read_text(encoding="utf-8").split()[0]))
    family = [postmaster, *postmaster.children()]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    while any(_is_alive(process) for process in family):
        time.sleep(0.01)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
