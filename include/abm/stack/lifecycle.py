"""Bring the whole system up, take it down, tell what runs. Ports are free ones unless told."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.errors import ConfigurationError, Fault
from abm.settings import PROJECT_DIR
from abm.stack import processes
from abm.stack.airflow import DATABASE, AirflowApi, LocalAirflow
from abm.stack.sandbox import Sandbox
from abm.transform import parse
from abm.warehouse import WAREHOUSE_DATABASE, EmbeddedServer, free_port, migrate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from abm.settings import Settings

DEMO_SEED = 20261121
POOLS_FILE = PROJECT_DIR / "plugins" / "abm_airflow" / "pools.json"


@dataclass(frozen=True)
class Stack:
    """Everything that runs for one `$ABM_HOME`."""

    airflow: LocalAirflow
    warehouse_url: str
    started: list[processes.Started]


@dataclass(frozen=True)
class Running:
    """What `abm status` tells of one part."""

    name: str
    where: str
    is_alive: bool


def up(settings: Settings, *, port: int | None, accounts: int, tell: Callable[[str], None]) -> Stack:
    """Start database, sandbox and Airflow; on any failure end what was started and raise."""
    home = settings.home_dir
    home.mkdir(parents=True, exist_ok=True)
    if alive := processes.recall(_file(home)):
        names = ", ".join(process.name for process in alive)
        raise ConfigurationError(
            Fault(f"$ABM_HOME ({home})", f"is in use: {names} run already", "Stop them with 'abm down'")
        )
    try:
        return _start(settings, home, port, accounts, tell)
    except BaseException:
        down(settings)
        raise


def down(settings: Settings) -> list[str]:
    """End every process that was started for this home, last the database if no command uses it; return their names."""
    home = settings.home_dir
    alive = processes.recall(_file(home))
    processes.end(alive)
    _file(home).unlink(missing_ok=True)
    settings.connections_file.unlink(missing_ok=True)
    names = [process.name for process in alive]
    return [*names, "postgres"] if EmbeddedServer(home / "postgres").release() else names


def status(settings: Settings) -> list[Running]:
    home = settings.home_dir
    server = EmbeddedServer(home / "postgres")
    parts = [Running("postgres", str(server.data_dir), server.running)]
    return parts + [Running(process.name, process.log, process.is_alive) for process in processes.recall(_file(home))]


def _start(settings: Settings, home: Path, port: int | None, accounts: int, tell: Callable[[str], None]) -> Stack:
    server = EmbeddedServer(home / "postgres")
    tell("Starting PostgreSQL")
    server.start()
    warehouse_url = settings.warehouse_url or server.ensure_database(WAREHOUSE_DATABASE)
    migrate(warehouse_url)

    tell(f"Starting the sandbox platforms with {accounts:,} accounts")
    sandbox = Sandbox(home / "sandbox", accounts, DEMO_SEED)
    started: list[processes.Started] = []

    def remember(process: processes.Started) -> None:
        started.append(process)
        processes.remember(_file(home), started)

    with processes.uninterrupted():
        remember(sandbox.start())

    tell("Preparing dbt and Airflow's database")
    airflow_url = server.ensure_database(DATABASE)
    preparing = LocalAirflow(home / "airflow", airflow_url, port or free_port(), {}, warehouse_url, home)
    _together(lambda: parse(warehouse_url), preparing.migrate)
    connections = sandbox.wait_until_ready(started[0])
    _write_connections(settings.connections_file, connections)
    airflow = LocalAirflow(home / "airflow", airflow_url, preparing.port, connections, warehouse_url, home)

    tell("Starting Airflow")
    airflow.start(remember)
    airflow.wait_until_healthy(started)
    _make_pools(airflow)
    return Stack(airflow, warehouse_url, started)


def _together(*steps: Callable[[], object]) -> None:
    """Do steps that wait for a process each, at once."""
    with ThreadPoolExecutor(len(steps)) as pool:
        for started in [pool.submit(step) for step in steps]:
            started.result()


def _make_pools(airflow: LocalAirflow) -> None:
    api = AirflowApi(airflow)
    known = {pool["name"] for pool in api.get("/pools", limit=100)["pools"]}
    for name, pool in json.loads(POOLS_FILE.read_text(encoding="utf-8")).items():
        if name not in known:
            api.post("/pools", {"name": name, **pool})
    api.close()


def _write_connections(file: Path, connections: dict[str, str]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.writelines(f"{name}={value}\n" for name, value in connections.items())


def _file(home: Path) -> Path:
    return home / "stack.json"
