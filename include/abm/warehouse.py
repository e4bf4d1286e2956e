"""The PostgreSQL warehouse: a server of yours by URL, or an embedded one in `$ABM_HOME/postgres`."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import pwd
import shutil
import socket
import subprocess
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
from abm.postgres_programs import prepare_for_system_user, program, system_user
from abm.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_START_SECONDS = 60
_STOP_SECONDS = 240  # it writes what only its memory holds first, and a busy disk took more than a minute over that


@contextlib.contextmanager
def open_warehouse(settings: Settings | None = None) -> Iterator[str]:
    """Yield the URL of a migrated warehouse; an embedded server that nobody else uses is stopped at the end."""
    settings = settings or load_settings()
    if settings.warehouse_url:
        migrate(settings.warehouse_url)
        yield settings.warehouse_url
        return
    with EmbeddedServer(settings.home_dir / "postgres").in_use() as server:
        url = server.ensure_database(WAREHOUSE_DATABASE)
        migrate(url)
        yield url


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
    """One PostgreSQL 18 server in a folder of its own, on 127.0.0.1 and a free port.

    Beside the folder lie `.lock`, held while the server is made, started or stopped; `.users`, held shared by every
    process that uses it; and `.kept`, which is there while the server runs on without users.
    """

    data_dir: Path

    @property
    def running(self) -> bool:
        lines = self._postmaster_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and self._is_ours(int(lines[0]))  # noqa: PLR2004 (postmaster.pid has 8 lines)

    @property
    def password_file(self) -> Path:
        return self._beside("password")

    def url(self, database: str) -> str:
        port = self._postmaster_lines()[3].strip()
        return f"postgresql://postgres:{self._password()}@127.0.0.1:{port}/{database}"

    def start(self, port: int | None = None) -> bool:
        """Keep the server running until `stop` or `release`; return False where it runs already."""
        with self._turn():
            started = self._start(port)
            self._beside("kept").touch()
        return started

    @contextlib.contextmanager
    def in_use(self) -> Iterator[EmbeddedServer]:
        """Start the server where it is not running; the last user stops it, unless `start` keeps it."""
        with contextlib.ExitStack() as held:
            with self._turn():
                held.enter_context(_locked(self._beside("users"), fcntl.LOCK_SH))
                self._start(None)
            try:
                yield self
            finally:
                with self._turn():
                    held.close()
                    if not self._beside("kept").exists():
                        self._stop_unused()

    def stop(self) -> None:
        """End the server, whoever uses it; running statements are rolled back."""
        with self._turn():
            self._beside("kept").unlink(missing_ok=True)
            self._stop()

    def release(self) -> bool:
        """Keep the server no longer: stop it and return True, or leave that to the last of its users."""
        if not self.running:
            return False
        with self._turn():
            self._beside("kept").unlink(missing_ok=True)
            return self._stop_unused()

    def ensure_database(self, name: str) -> str:
        """Create the database where it is missing, and return its URL."""
        ensure_database(self.url("postgres"), name)
        return self.url(name)

    def _start(self, port: int | None) -> bool:
        if self.running:
            return False
        self._beside("kept").unlink(missing_ok=True)  # of a server that did not end by `stop`
        self._initialise()
        self._forget_reused_pid()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port or free_port(),
            "unix_socket_directories": "",
            "max_connections": 200,
            # What a transaction makes and fills is written once, not to the log as well; nobody follows this server.
            "wal_level": "minimal",
            "max_wal_senders": 0,
            **memory_settings(psutil.virtual_memory().total),
        }
        arguments = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = self.data_dir / "server.log"
        try:
            self._pg_ctl("-o", arguments, "-l", str(log), "start")
        except (subprocess.SubprocessError, OSError) as error:
            raise AbmError(f"The embedded PostgreSQL did not start; its log is {log}. {_last_lines(log)}") from error
        return True

    def _stop(self) -> None:
        if not self.running:
            return
        try:
            self._pg_ctl("-m", "fast", "stop", seconds=_STOP_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            if self.running:
                raise AbmError(
                    f"The embedded PostgreSQL in {self.data_dir} did not stop in {_STOP_SECONDS} s. "
                    f"Its log is {self.data_dir / 'server.log'}; run 'abm down' to try again"
                ) from error

    def _stop_unused(self) -> bool:
        try:
            with _locked(self._beside("users"), fcntl.LOCK_EX | fcntl.LOCK_NB):
                self._stop()
        except BlockingIOError:
            return False
        return True

    def _pg_ctl(self, *arguments: str, seconds: int = _START_SECONDS) -> None:
        program("pg_ctl")(
            ["-w", "-t", str(seconds), *arguments],
            pgdata=self.data_dir,
            user=system_user(),
            timeout=seconds + 5,
        )

    def _initialise(self) -> None:
        if (self.data_dir / "PG_VERSION").exists():
            return
        made = self._make_folder()
        self.password_file.write_text(os.urandom(18).hex(), encoding="utf-8")
        self.password_file.chmod(0o600)
        if user := system_user():
            prepare_for_system_user(user, self.data_dir)
            owner = pwd.getpwnam(user)
            os.chown(self.data_dir, owner.pw_uid, owner.pw_gid)
            os.chown(self.password_file, owner.pw_uid, owner.pw_gid)
        try:
            program("initdb")(
                [
                    "--auth=scram-sha-256",
                    "--encoding=utf8",
                    # By code point either way, but PostgreSQL sorts by its own order
                    # several times as fast as by the C library's.
                    "--locale-provider=builtin",
                    "--locale=C.UTF-8",
                    # Many rounds protect passwords that can be guessed; of 144 random bits they make connecting slow.
                    "--set=scram_iterations=1",
                    "-U",
                    "postgres",
                    f"--pwfile={self.password_file}",
                ],
                pgdata=self.data_dir,
                user=system_user(),
            )
        except (subprocess.SubprocessError, OSError) as error:
            if made:
                shutil.rmtree(self.data_dir, ignore_errors=True)
            raise AbmError(
                f"The embedded PostgreSQL could not be created in {self.data_dir}. Is the disk full or read-only?"
            ) from error

    def _make_folder(self) -> bool:
        """Return whether the folder had to be made; raise where it holds something that is not ours."""
        try:
            made = not self.data_dir.exists()
            self.data_dir.mkdir(parents=True, exist_ok=True)
            is_empty = not any(self.data_dir.iterdir())
        except OSError as error:
            raise ConfigurationError(self._unwritable()) from error
        if not is_empty:
            raise ConfigurationError(
                Fault(
                    "ABM_HOME",
                    f"{self.data_dir} holds files, but no PostgreSQL database",
                    "Move them away, or set ABM_HOME to another folder",
                )
            )
        return made

    def _unwritable(self) -> Fault:
        return Fault(
            "ABM_HOME", f"{self.data_dir} cannot be made", "Set ABM_HOME to a folder of yours that can be written"
        )

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until no other process makes, starts or stops this server."""
        with contextlib.ExitStack() as held:
            try:
                self.data_dir.parent.mkdir(parents=True, exist_ok=True)
                held.enter_context(_locked(self._beside("lock"), fcntl.LOCK_EX))
            except OSError as error:
                raise ConfigurationError(self._unwritable()) from error
            yield

    def _is_ours(self, pid: int) -> bool:
        """Tell this folder's server from a process that got the id of one that crashed."""
        try:
            arguments = psutil.Process(pid).cmdline()
        except psutil.Error:
            return False
        return Path(arguments[0]).name == "postgres" and any(
            flag == "-D" and Path(folder).resolve() == self.data_dir.resolve()
            for flag, folder in itertools.pairwise(arguments)
        )

    def _forget_reused_pid(self) -> None:
        """Remove a crashed server's postmaster.pid where a stranger has its id: PostgreSQL would refuse to start."""
        lines = self._postmaster_lines()
        if lines and psutil.pid_exists(int(lines[0])) and not self._has_processes():
            (self.data_dir / "postmaster.pid").unlink()

    def _has_processes(self) -> bool:
        """Tell whether a postgres process, even a crashed server's last child, works in this folder."""
        folder = str(self.data_dir.resolve())
        return any(
            process.info["cwd"] == folder
            for process in psutil.process_iter(["name", "cwd"])
            if process.info["name"] == "postgres"
        )

    def _beside(self, suffix: str) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.{suffix}")

    def _password(self) -> str:
        return self.password_file.read_text(encoding="utf-8")

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self.data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []


@contextlib.contextmanager
def _locked(file: Path, operation: int) -> Iterator[None]:
    """Hold an advisory lock, which also ends with its process; LOCK_NB raises BlockingIOError instead of waiting."""
    with file.open("a") as opened:
        fcntl.flock(opened, operation)
        yield


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


def _last_lines(log: Path, count: int = 5) -> str:
    try:
        return " ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return ""
