"""Platforms to send to, served by a process of their own, so that they do not share the sender's interpreter.

`python -m benchmarks.platforms HOME RECORDS` serves bare records instead of a whole world, with limits off.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from abm.errors import AbmError
from abm.settings import PROJECT_DIR, Connection, connection_id
from abm.stack import processes
from abm_sandbox.server import ENDPOINTS_FILE, running_sandbox
from abm_sandbox.world.ids import hubspot_ids, salesforce_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abm_sandbox.world import World
    from abm_sandbox.world.columns import Column

_READY_SECONDS = 180
_MADE = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def record_ids(platform: str, records: int) -> Column:
    """Return the ids of the served records."""
    serials = np.arange(records)
    return hubspot_ids("companies", serials) if platform == "hubspot" else salesforce_ids("Account", serials)


@contextmanager
def served(home: Path, records: int) -> Iterator[Mapping[str, Connection]]:
    """Yield connections to the platforms while another process serves so many records on each."""
    command = [sys.executable, "-m", "benchmarks.platforms", str(home), str(records)]
    server = processes.start("platforms", command, environment=os.environ, folder=PROJECT_DIR, logs=home / "logs")
    try:
        yield {name: _connection(name, endpoint) for name, endpoint in _endpoints(home, server).items()}
    finally:
        processes.end([server])


def _endpoints(home: Path, server: processes.Started) -> dict[str, Any]:
    deadline = time.monotonic() + _READY_SECONDS
    while not (home / ENDPOINTS_FILE).exists():
        if not server.is_alive or time.monotonic() > deadline:
            raise AbmError(f"The platforms did not start:\n{processes.last_lines(server.log)}")
        time.sleep(0.1)
    endpoints: dict[str, Any] = json.loads((home / ENDPOINTS_FILE).read_text(encoding="utf-8"))
    return endpoints


def _connection(name: str, endpoint: Mapping[str, Any]) -> Connection:
    no_limits = {"burst_requests": 0}
    return Connection(
        connection_id(name),
        endpoint["base_url"],
        endpoint["login"],
        endpoint["password"],
        {**endpoint["extra"], **no_limits},
    )


def _bare_records(records: int) -> World:
    """Return what the sandbox reads of a world: records with an id and a name."""
    names = pa.array([f"Company {number}" for number in range(records)], pa.string())
    made = pa.array([_MADE] * records, pa.timestamp("ms", tz="UTC"))
    accounts = {"Id": record_ids("salesforce", records), "Name": names, "SystemModstamp": made}
    companies = {"id": record_ids("hubspot", records), "name": names, "createdAt": made, "updatedAt": made}
    tables = SimpleNamespace(salesforce={"Account": pa.table(accounts)}, hubspot={"companies": pa.table(companies)})
    return cast("World", tables)


def _serve(home: Path, records: int) -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with running_sandbox(home, lambda: _bare_records(records), limits=False):
        ended.wait()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
