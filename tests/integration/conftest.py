"""The command line in this process, and a look at every table that a failed command must leave as it was."""

from __future__ import annotations

import hashlib
import signal
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import stamina.instrumentation
from psycopg import sql
from tests.integration.first_night import first_night
from tests.parsing import lend_parse

from abm import cli, transform
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

    from abm.warehouse import EmbeddedServer

# What a try leaves behind on purpose: the record of the attempt.
ATTEMPTS = (
    *("landing_batches", "check_results", "sync_runs", "sync_changes", "releases", "build_context"),
    *("alerts", "alert_deliveries"),
)


@pytest.fixture(scope="session", autouse=True)
def _shared_parse() -> Iterator[None]:
    """Let dbt start each new warehouse from a parse that another test has paid for."""
    run_dbt = transform.run_dbt

    def run(url: str, *arguments: str, target: Path | None = None, **others: Any) -> CompletedProcess[str]:
        folder = target or transform.target_dir()
        if not others:
            lend_parse(url, folder, lambda: run_dbt(url, "parse", target=folder))
        return run_dbt(url, *arguments, target=folder, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "run_dbt", run)
        yield


@dataclass(frozen=True)
class Ended:
    """How a command ended, and all it printed."""

    code: int
    out: str
    err: str

    @property
    def faults(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("✗")]


@pytest.fixture
def abm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ended]]:
    """Return a function that runs `abm` with these arguments, as its console script does."""
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["abm", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    yield run
    signal.signal(signal.SIGTERM, handler)
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.fixture(scope="session")
def copy_of(postgres: EmbeddedServer) -> Callable[[str], str]:
    """Return a function that copies the warehouse of a URL, ending its connections, and returns the copy's URL.

    Copies go with the server: dropping each would wait for a checkpoint.
    """

    def copy(url: str) -> str:
        original, name = url.rpartition("/")[2], f"copy_{uuid.uuid4().hex[:12]}"
        with connect(postgres.url("postgres"), autocommit=True) as connection:
            # Great Expectations leaves connections open; none may be there while a database is copied.
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [original]
            )
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(original))
            )
        return postgres.url(name)

    return copy


@pytest.fixture(scope="module")
def first_night_url(new_database: Callable[[], str], copy_of: Callable[[str], str]) -> str:
    """A copy of a small world's first night, built and not yet published; the module may change it."""
    return copy_of(first_night(new_database))


def digest(url: str, *, without: tuple[str, ...] = ATTEMPTS) -> dict[str, str]:
    """Return a digest of each table's rows in raw, published and `ops` schemas."""
    with connect(url) as connection:
        tables = connection.execute(
            """
            select schemaname, tablename from pg_tables
            where (schemaname like 'raw\\_%%' and schemaname not like '%%\\_incoming' or schemaname = any(%s))
                and tablename <> all(%s)
            """,
            [["marts", "activation", "ops"], list(without)],
        ).fetchall()
        return {
            f"{schema}.{table}": hashlib.sha256(
                str(
                    connection.execute(
                        sql.SQL("select count(*), sum(hashtextextended(t::text, 0)) from {} as t").format(
                            sql.Identifier(schema, table)
                        )
                    ).fetchone()
                ).encode()
            ).hexdigest()
            for schema, table in tables
        }
