"""One PostgreSQL server for the whole test run, one migrated database a test, shared by all xdist workers."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest
from psycopg import sql

from abm.warehouse import EmbeddedServer, connect, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEMPLATE = "abm_template"
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that starts first; xdist workers inherit its folder by environment."""
    if hasattr(config, "workerinput") or "ABM_TEST_POSTGRES" in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="abm-tests-")) / "postgres"
    server = EmbeddedServer(folder)
    server.start()
    migrate(server.ensure_database(TEMPLATE))
    os.environ["ABM_TEST_POSTGRES"] = str(folder)
    config.stash[_OWN_SERVER] = server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files: one that began last would run alone while the other workers wait."""
    longest_first = ("integration/stack/", "integration/", "chaos/", "decisions/")
    items.sort(
        key=lambda item: next(
            (place for place, name in enumerate(longest_first) if name in item.nodeid), len(longest_first)
        )
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if (server := config.stash.get(_OWN_SERVER, None)) is not None:
        # At once: hundreds of databases would be written out only to be removed.
        postmaster = psutil.Process(int((server.data_dir / "postmaster.pid").read_text().split()[0]))
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(60)
        os.environ.pop("ABM_TEST_POSTGRES", None)
        shutil.rmtree(server.data_dir.parent, ignore_errors=True)


_OWN_SERVER = pytest.StashKey[EmbeddedServer]()


@pytest.fixture(scope="session")
def postgres() -> EmbeddedServer:
    return EmbeddedServer(Path(os.environ["ABM_TEST_POSTGRES"]))


@pytest.fixture(scope="session")
def new_database(postgres: EmbeddedServer) -> Callable[[], str]:
    """Return a function that makes one more migrated, empty warehouse and returns its URL; it goes with the server."""

    def create() -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        with connect(postgres.url("postgres"), autocommit=True) as connection:
            # Two workers may copy the template at once only one after the other.
            connection.execute("select pg_advisory_lock(hashtext('template'))")
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
            )
        return postgres.url(name)

    return create


@pytest.fixture
def warehouse_url(new_database: Callable[[], str]) -> str:
    """A migrated, empty warehouse of this test's own."""
    return new_database()


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[psycopg.Connection]:
    """An autocommit connection to this test's warehouse."""
    with connect(warehouse_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the project; tests that use it carry the marker `outside`."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs ../shared/data, which is not part of the repository (licences)")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep each test's state in its own folder, and its connections out of the developer's environment."""
    monkeypatch.setenv("ABM_HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith(("AIRFLOW_CONN_ABM_", "ABM_WAREHOUSE_URL"))]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pass over the pauses that platforms ask for, as tests that try again do not wait; tests of rates keep them."""
    monkeypatch.setattr("abm.rates.Limiter.pause", lambda _self, _seconds: None)
