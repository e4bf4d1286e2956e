"""A real Airflow for one machine: scheduler, DAG processor, triggerer and API server on loopback."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from abm.errors import AbmError
from abm.settings import PROJECT_DIR
from abm.stack import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

# Log servers would listen on every interface; the API server reads the logs from the shared folder.
COMPONENTS: Mapping[str, Sequence[str]] = {
    "scheduler": ["--skip-serve-logs"],
    "dag-processor": [],
    "triggerer": ["--skip-serve-logs"],
    "api-server": [],
}
DATABASE = "airflow"
USER = "admin"
_HEALTHY_SECONDS = 180
_PARALLELISM = 6

_LOCAL_SETTINGS = """import sys

if "scheduler" in sys.argv:
    import abm_airflow.preload
elif "dag-processor" in sys.argv:
    import abm_airflow.modelling
"""


@dataclass(frozen=True)
class LocalAirflow:
    """One Airflow installation: state in `home`, metadata in `database_url`, its UI on 127.0.0.1:`port`."""

    home: Path
    database_url: str
    port: int
    connections: Mapping[str, str]
    warehouse_url: str
    abm_home: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables every Airflow process of this installation runs with."""
        kept = _kept_secrets(self.home / "secrets.json")
        options = {
            "CORE__DAGS_FOLDER": str(PROJECT_DIR / "dags"),
            "CORE__PLUGINS_FOLDER": str(PROJECT_DIR / "plugins"),
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": str(_PARALLELISM),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "CORE__FERNET_KEY": kept["fernet_key"],
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self._passwords_file),
            "API__HOST": "127.0.0.1",
            "API__PORT": str(self.port),
            "API__BASE_URL": self.url,
            "API__WORKERS": "1",
            "API__SECRET_KEY": kept["secret_key"],
            "API_AUTH__JWT_SECRET": kept["jwt_secret"],
            "DATABASE__SQL_ALCHEMY_CONN": self.database_url.replace("postgresql://", "postgresql+psycopg2://", 1),
            "DATABASE__SQL_ALCHEMY_CONN_ASYNC": self.database_url.replace("postgresql://", "postgresql+asyncpg://", 1),
            "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",  # how long the next model waits once the one before is done
            "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
            "DAG_PROCESSOR__REFRESH_INTERVAL": "10",
            "DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",  # a changed file is read at once all the same
            "LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
            "LOGGING__LOGGING_LEVEL": "INFO",
            "USAGE_DATA_COLLECTION__ENABLED": "False",
        }
        return {
            **os.environ,
            "PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ.get('PATH', '')}",  # noqa: PTH120 (a symlink must stay one)
            "AIRFLOW_HOME": str(self.home),
            **{f"AIRFLOW__{name}": value for name, value in options.items()},
            "AIRFLOW_CONN_ABM_WAREHOUSE": self.warehouse_url,
            **self.connections,
            "ABM_HOME": str(self.abm_home),
            "ABM_WAREHOUSE_URL": self.warehouse_url,
            "DO_NOT_TRACK": "1",
        }

    @property
    def password(self) -> str:
        """Return the one user's password: generated on first use, kept in a file only the owner reads."""
        file = self._passwords_file
        if not file.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            _write_private(file, json.dumps({USER: secrets.token_urlsafe(12)}))
        password: str = json.loads(file.read_text(encoding="utf-8"))[USER]
        return password

    def login(self) -> str:
        """Tell how to log in: the password itself the first time this is asked, from then on the file that holds it."""
        told = self.home / "password_told"
        if told.exists():
            return f"Log in as {USER}; its password was shown before and stands in {self._passwords_file}"
        password = self.password
        told.touch()
        return f"Log in as {USER} with {password} (shown once)"

    @property
    def _passwords_file(self) -> Path:
        return self.home / "passwords.json"

    def migrate(self) -> None:
        """Create or upgrade the metadata tables."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=self.environment,
            cwd=PROJECT_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AbmError(f"'airflow db migrate' failed:\n{(done.stdout + done.stderr)[-1500:]}")

    def start(self, remember: Callable[[processes.Started], None]) -> None:
        """Start every component and remember each at once; `wait_until_healthy` tells when they answer."""
        _ = self.password
        settings = self.home / "config" / "airflow_local_settings.py"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(_LOCAL_SETTINGS, encoding="utf-8")
        for component, options in COMPONENTS.items():
            with processes.uninterrupted():
                started = processes.start(
                    component,
                    [sys.executable, "-m", "airflow", component, *options],
                    environment=self.environment,
                    folder=PROJECT_DIR,
                    logs=self.home / "logs",
                )
                remember(started)

    def wait_until_healthy(self, started: list[processes.Started], *, tick: Callable[[], None] = lambda: None) -> None:
        """Return once all components report healthy; raise with the log of the one that ended or did not answer."""
        deadline = time.monotonic() + _HEALTHY_SECONDS
        while time.monotonic() < deadline:
            for process in started:
                if not process.is_alive:
                    raise AbmError(f"{process.name} ended at its start:\n{processes.last_lines(process.log)}")
            if self._healthy():
                return
            tick()
            time.sleep(0.5)
        raise AbmError(f"Airflow did not become healthy in {_HEALTHY_SECONDS} s; its logs are in {self.home / 'logs'}")

    def _healthy(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=2)
            return all(part.get("status") == "healthy" for part in answer.json().values())
        except (httpx.HTTPError, ValueError):
            return False


class AirflowApi:
    """Airflow's REST API, as the demo and the tests use it."""

    def __init__(self, airflow: LocalAirflow) -> None:
        self._airflow = airflow
        self._client = httpx.Client(base_url=airflow.url, timeout=30)

    def get(self, path: str, **params: Any) -> Any:
        return self._call("GET", path, params=params)

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        return self._call("PATCH", path, json=body)

    def text(self, path: str, **params: Any) -> str:
        """Return an answer as plain text, such as a task's log."""
        self._authorise()
        return self._client.get(f"/api/v2{path}", params=params, headers={"Accept": "application/x-ndjson"}).text

    def close(self) -> None:
        self._client.close()

    def _call(self, method: str, path: str, **request: Any) -> Any:
        self._authorise()
        answer = self._client.request(method, f"/api/v2{path}", **request)
        if answer.is_error:
            raise AbmError(f"Airflow answered {answer.status_code} to {method} {path}: {answer.text[:300]}")
        return answer.json() if answer.content else None

    def _authorise(self) -> None:
        if "Authorization" not in self._client.headers:
            answer = self._client.post("/auth/token", json={"username": USER, "password": self._airflow.password})
            answer.raise_for_status()
            self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _kept_secrets(file: Path) -> dict[str, str]:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "fernet_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "jwt_secret": secrets.token_urlsafe(48),
            "secret_key": secrets.token_urlsafe(48),
        }
        _write_private(file, json.dumps(made))
    kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def _write_private(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
