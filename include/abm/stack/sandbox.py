"""Start the sandbox platforms and tell Airflow and the command line how to reach them."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm.errors import AbmError
from abm.settings import CONNECTION_PREFIX, PROJECT_DIR
from abm.stack import processes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_READY_SECONDS = 180


@dataclass(frozen=True)
class Sandbox:
    """The sandbox of one `$ABM_HOME`: what was written to it stays between two starts."""

    home: Path
    accounts: int
    seed: int

    def start(self) -> processes.Started:
        self.home.mkdir(parents=True, exist_ok=True)
        self._endpoints.unlink(missing_ok=True)
        return processes.start(
            "sandbox",
            [
                *(sys.executable, "-m", "abm_sandbox"),
                *("--home", str(self.home)),
                *("--accounts", str(self.accounts), "--seed", str(self.seed)),
            ],
            environment=dict(os.environ),
            folder=PROJECT_DIR,
            logs=self.home / "logs",
        )

    def wait_until_ready(
        self, started: processes.Started, *, tick: Callable[[], None] = lambda: None
    ) -> dict[str, str]:
        """Return the platforms' connections as environment variables, once all of them answer."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if not started.is_alive:
                raise AbmError(f"The sandbox ended at its start:\n{processes.last_lines(started.log)}")
            if self._endpoints.exists():
                endpoints = json.loads(self._endpoints.read_text(encoding="utf-8"))
                return {CONNECTION_PREFIX + name.upper(): _connection(endpoint) for name, endpoint in endpoints.items()}
            tick()
            time.sleep(0.2)
        raise AbmError(f"The sandbox did not answer in {_READY_SECONDS} s:\n{processes.last_lines(started.log)}")

    @property
    def _endpoints(self) -> Path:
        return self.home / "endpoints.json"


def _connection(endpoint: dict[str, Any]) -> str:
    return json.dumps(
        {
            "conn_type": "http",
            "host": endpoint["base_url"],
            "login": endpoint.get("login", ""),
            "password": endpoint.get("password", ""),
            "extra": endpoint.get("extra", {}),
        }
    )
