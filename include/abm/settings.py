"""Where state lives and how platforms are reached: environment variables first, then what `abm up` wrote."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT_DIR = Path(__file__).resolve().parents[2]
CONNECTION_PREFIX = "AIRFLOW_CONN_ABM_"


class Settings(BaseSettings):
    """Settings of one process, from `ABM_*` variables."""

    model_config = SettingsConfigDict(env_prefix="ABM_", extra="ignore")

    home: Path = Field(
        default=Path(".abm"), description="Folder that holds all state: database, logs, lists, Data Docs"
    )
    warehouse_url: str | None = Field(
        default=None, description="libpq URL of a PostgreSQL of yours; unset: the embedded server"
    )
    policy: Path | None = Field(default=None, description="policy.yml to use; unset: the defaults of the rulebook")
    sources: str | None = Field(
        default=None, description="Comma list of sources; unset: every source with a connection"
    )
    destinations: str | None = Field(
        default=None, description="Comma list of destinations; unset: every destination with a connection, and lists"
    )

    @property
    def home_dir(self) -> Path:
        return self.home.resolve()

    @property
    def connections_file(self) -> Path:
        """Connections that `abm up` wrote for the sandbox it started; only the owner may read it."""
        return self.home_dir / "connections.env"


def load_settings() -> Settings:
    return Settings()


@dataclass(frozen=True)
class Connection:
    """How to reach one platform. Never log it: `password` and `extra` hold secrets."""

    conn_id: str
    base_url: str = ""
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def connection_id(platform: str) -> str:
    return f"abm_{platform}"


def find_connection(platform: str, settings: Settings | None = None) -> Connection | None:
    """Return the platform's connection from `AIRFLOW_CONN_ABM_<PLATFORM>` (Airflow's URI or JSON form), or None."""
    name = CONNECTION_PREFIX + platform.upper()
    value = os.environ.get(name) or _connections_on_file((settings or load_settings()).connections_file).get(name)
    return parse_connection(connection_id(platform), value) if value else None


def defined_connections(settings: Settings) -> set[str]:
    """Return what connections are defined for, in the environment or by `abm up`: their ids without `abm_`."""
    found = _connections_on_file(settings.connections_file) | os.environ
    return {
        name.removeprefix(CONNECTION_PREFIX).lower()
        for name, value in found.items()
        if value and name.startswith(CONNECTION_PREFIX)
    }


def require_connection(platform: str, settings: Settings | None = None) -> Connection:
    connection = find_connection(platform, settings)
    if connection is None:
        raise ConfigurationError(missing_connection(platform))
    return connection


def missing_connection(platform: str) -> Fault:
    return Fault(
        f"connection {connection_id(platform)}",
        "is not defined",
        f"Add it in Airflow (Admin, Connections) or set {CONNECTION_PREFIX}{platform.upper()}; "
        "docs/connections.md lists its fields",
    )


def parse_connection(conn_id: str, value: str) -> Connection:
    """Read Airflow's JSON or URI form of a connection.

    Raises ConfigurationError that names the connection, never its content.
    """
    try:
        connection = _from_json(conn_id, value) if value.lstrip().startswith("{") else _from_uri(conn_id, value)
    except (ValueError, TypeError, AttributeError):
        raise ConfigurationError(
            Fault(
                f"connection {conn_id}",
                "cannot be read",
                "Write it as Airflow's JSON or URI form of a connection; docs/connections.md has an example",
            )
        ) from None  # the cause quotes the value, which holds secrets
    return connection


def _from_json(conn_id: str, value: str) -> Connection:
    data = json.loads(value)
    extra = data.get("extra") or {}
    return Connection(
        conn_id=conn_id,
        base_url=base_url(data.get("schema") or "", data.get("host") or "", data.get("port")),
        login=data.get("login") or "",
        password=data.get("password") or "",
        extra=dict(json.loads(extra) if isinstance(extra, str) else extra),
    )


def _from_uri(conn_id: str, value: str) -> Connection:
    parts = urlsplit(value)
    if not parts.scheme or "://" not in value:
        raise ValueError
    extra = dict(parse_qsl(parts.query))
    if "__extra__" in extra:
        extra |= json.loads(extra.pop("__extra__"))
    return Connection(
        conn_id=conn_id,
        base_url=base_url(parts.path.lstrip("/"), unquote(parts.hostname or ""), parts.port),
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        extra=extra,
    )


def base_url(scheme: str, host: str, port: int | None) -> str:
    """Join a connection's parts as Airflow's HTTP hook does: a host may already carry its scheme."""
    if not host:
        return ""
    url = host if "://" in host else f"{scheme or 'https'}://{host}"
    return (f"{url}:{port}" if port else url).rstrip("/")


def _connections_on_file(path: Path) -> dict[str, str]:
    return dict(_read_env_file(path, path.stat().st_mtime_ns)) if path.exists() else {}


@lru_cache(maxsize=4)
def _read_env_file(path: Path, _changed: int) -> tuple[tuple[str, str], ...]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple((name, value) for name, _, value in (line.partition("=") for line in lines if line) if value)
