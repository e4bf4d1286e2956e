"""Bad input as users meet it: one clear error with a remedy, an exit code that is not 0, and unchanged data."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import digest

from abm.ingest import files_connection
from abm.nightly import land_source
from abm.settings import CONNECTION_PREFIX
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.integration.conftest import Ended

    from abm.warehouse import EmbeddedServer

    Abm = Callable[..., Ended]

pytestmark = pytest.mark.integration

SECRET = "very-secret"
MAIL = "ann@mail.example"
MAPPING = """
entities:
  accounts:
    file: accounts.csv
    columns: {account_id: id, account_name: name, domain: site, employees: staff}
  contacts:
    file: contacts.csv
    columns: {contact_id: id, account_id: account, email: mail}
"""
ACCOUNTS = "id,name,site,staff\n1,Alpha,alpha.example,10\n2,Beta,beta.example,20\n"
CONTACTS = f"id,account,mail\nc1,1,{MAIL}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _good_files(tmp_path / "data")


def _good_files(folder: Path) -> Path:
    folder.mkdir()
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    (folder / "mapping.yml").write_text(MAPPING, encoding="utf-8")
    return folder


@pytest.fixture
def load(abm: Abm, folder: Path) -> Callable[[], Ended]:
    return lambda: abm("load", str(folder), "--mapping", str(folder / "mapping.yml"))


@pytest.fixture(scope="module")
def original(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A warehouse into which good files were loaded."""
    folder, url = _good_files(tmp_path_factory.mktemp("good") / "data"), new_database()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ABM_HOME", str(folder.parent / "home"))
        land_source(url, "files", files_connection(folder, folder / "mapping.yml"), "good")
    return url


@pytest.fixture
def loaded(original: str, copy_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> str:
    url = copy_of(original)
    monkeypatch.setenv("ABM_WAREHOUSE_URL", url)
    return url


@pytest.fixture
def unchanged(loaded: str) -> Iterator[str]:
    """Fail the test at its end if it changed any landed, published or bookkeeping row."""
    before = digest(loaded)
    yield loaded
    assert digest(loaded) == before


def _is_clear(ended: Ended, *told: str, code: int = 2) -> None:
    assert ended.code == code
    assert ended.faults != []
    assert "Traceback" not in ended.err
    for part in told:
        assert part in ended.err
    for hidden in (SECRET, MAIL):
        assert hidden not in ended.out + ended.err


def test_loading_again_changes_nothing(unchanged: str, load: Callable[[], Ended]) -> None:
    assert load().code == 0


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("contacts.csv", CONTACTS.encode() + f"c1,1,{MAIL}\n".encode(), "contacts.csv"),
        ("contacts.csv", "id,account,mail\nc1,1,é@mail.example\n".encode("latin-1"), "contacts.csv"),
        ("contacts.csv", b"", "contacts.csv"),
        ("accounts.csv", b"id,name,site\n1,Alpha,alpha.example\n", "staff"),
        ("accounts.csv", f"id,name,site,staff\n1,Alpha,alpha.example,{MAIL}\n".encode(), "line 2"),
        ("accounts.csv", b",".join(b"c%d" % number for number in range(200_000)) + b"\n", "accounts.csv"),
        ("mapping.yml", b"entities: [", "mapping.yml"),
        ("mapping.yml", MAPPING.replace("staff}", "staff, nmae: name}").encode(), "nmae"),
        ("mapping.yml", b"\xff\xfe", "mapping.yml"),
    ],
    ids=[
        "repeated-key", "encoding", "empty", "missing-column", "bad-number", "huge-header", "no-yaml", "unknown-column",
        "no-utf8",
    ],
)  # fmt: skip
def test_wrong_file(
    unchanged: str, folder: Path, load: Callable[[], Ended], name: str, content: bytes, told: str
) -> None:
    (folder / name).write_bytes(content)
    _is_clear(load(), told)


def test_missing_mapping_and_folder(unchanged: str, abm: Abm, folder: Path) -> None:
    _is_clear(abm("load", str(folder), "--mapping", str(folder / "none.yml")), "none.yml", "cannot be read")
    absent = abm("load", str(folder / "none"), "--mapping", str(folder / "mapping.yml"))
    _is_clear(absent, f"folder {folder / 'none'}: does not exist", "Name the folder")
    assert "connection" not in absent.err


def test_every_fault_of_the_configuration_is_told_before_the_night_begins(
    unchanged: str, abm: Abm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ABM_SOURCES", "files,nowhere")
    monkeypatch.setenv("ABM_DESTINATIONS", "lists,nobody")
    monkeypatch.setenv("ABM_POLICY", str(tmp_path / "none.yml"))
    monkeypatch.setenv(f"{CONNECTION_PREFIX}HUBSPOT", f'{{"password": "{SECRET}"')
    monkeypatch.setenv(f"{CONNECTION_PREFIX}LINKEDIN", f"token:{SECRET}@host")
    ended = abm("run", "--as-of", "2999-01-01")

    _is_clear(ended, "none.yml", "'nowhere'", "'nobody'", "abm_hubspot", "abm_linkedin", "lies in the future")
    assert len(ended.faults) == 6
    assert "Reading" not in ended.out


def test_wrong_policy_tells_all_faults(unchanged: str, abm: Abm, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text("styles: {one_to_one: {seats: {limit: many}}}\nsuppresion: {}\n", encoding="utf-8")
    ended = abm("policy", "check", str(policy))

    assert ended.code == 2
    assert "styles.one_to_one.seats.limit" in ended.out
    assert "suppresion" in ended.out


def test_night_without_source_or_data_says_how_to_add_them(
    abm: Abm, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABM_WAREHOUSE_URL", warehouse_url)
    _is_clear(abm("run"), "docs/connections.md", "abm load")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "--as-of", "yesterday"), "--as-of"),
        (("explain", "nobody"), "has no published release"),
        (("plan", "lists"), "No release is published"),
        (("export", "--style", "one_to_many", "--platform", "linkedin", "--out", "x"), "No release is published"),
        (("export", "--style", "one_to_many", "--platform", "paper", "--out", "x"), "paper"),
        (("query", "drop table ops.releases"), "Only one statement that reads"),
        (("policy", "show", "none.yml"), "does not exist"),
    ],
)
def test_wrong_argument(unchanged: str, abm: Abm, arguments: tuple[str, ...], told: str) -> None:
    ended = abm(*arguments)
    assert ended.code in {1, 2}
    assert told in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"postgresql://user:{SECRET}@127.0.0.1:1/abm", "Connection refused"),
        (f"postgresql://user:{SECRET}@nowhere.invalid/abm", "Check the host"),
        (f"user {SECRET}", "postgresql://user:password@host"),
        (f"mysql://user:{SECRET}@127.0.0.1/abm", "postgresql://user:password@host"),
        (f"host=127.0.0.1 password={SECRET}", "postgresql://user:password@host"),
    ],
)
def test_warehouse_that_cannot_be_reached(abm: Abm, monkeypatch: pytest.MonkeyPatch, url: str, told: str) -> None:
    monkeypatch.setenv("ABM_WAREHOUSE_URL", url)
    _is_clear(abm("query", "select 1"), told)


def test_warehouse_without_the_database_or_the_right_password(
    abm: Abm, postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABM_WAREHOUSE_URL", postgres.url("not_there"))
    _is_clear(abm("query", "select 1"), '"not_there" does not exist', "Create it")
    monkeypatch.setenv("ABM_WAREHOUSE_URL", postgres.url("abm").replace("postgres:", f"postgres:{SECRET}", 1))
    _is_clear(abm("query", "select 1"), "ABM_WAREHOUSE_URL")


@pytest.fixture
def powerless(postgres: EmbeddedServer) -> Iterator[str]:
    """The URL of a user who may not create anything."""
    url = postgres.url("postgres")
    credentials = url.partition("//")[2].partition("@")[0]
    with connect(url, autocommit=True) as connection:
        connection.execute(f"create role powerless login password '{SECRET}'".encode())
        yield url.replace(credentials, f"powerless:{SECRET}")
        connection.execute("drop role powerless")


def test_warehouse_without_rights(abm: Abm, powerless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABM_WAREHOUSE_URL", powerless)
    _is_clear(abm("query", "select 1"), "permission denied for database postgres", "grant")
    doctor = abm("doctor")
    assert (doctor.code, "✗ warehouse: permission denied" in doctor.out) == (1, True)


def test_home_that_cannot_be_written(abm: Abm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ABM_HOME", str(tmp_path / "file" / "home"))
    _is_clear(abm("query", "select 1"), "ABM_HOME")


def test_wrong_credentials_of_the_only_source(unchanged: str, abm: Abm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{CONNECTION_PREFIX}SALESFORCE", json.dumps({"login": "key", "password": SECRET}))
    _is_clear(abm("run"), "abm_salesforce: has no host")


def test_full_disk_under_the_warehouse(
    loaded: str, folder: Path, load: Callable[[], Ended], small_disk: Path, postgres: EmbeddedServer
) -> None:
    """The landed rows' tablespace is a file system of a few megabytes."""
    with connect(loaded, autocommit=True) as connection:
        connection.execute(f"create tablespace small location '{small_disk}'".encode())
        connection.execute(
            "alter database {} set default_tablespace = small".format(loaded.rpartition("/")[2]).encode()
        )
    before = digest(loaded)
    rows = "".join(f"{number},Name {number} {'x' * 200},x{number}.example,1\n" for number in range(40_000))
    (folder / "accounts.csv").write_text("id,name,site,staff\n" + rows, encoding="utf-8")
    ended = load()
    try:
        _is_clear(ended, "disk is full", "free space", code=1)
        assert digest(loaded) == before
    finally:
        _drop_tablespace(loaded, postgres)


def _drop_tablespace(url: str, postgres: EmbeddedServer) -> None:
    with connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("drop database {} with (force)".format(url.rpartition("/")[2]).encode())
        connection.execute("drop tablespace small")


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedServer) -> Iterator[Path]:
    """A file system of 8 MB; only root can mount one."""
    mount = shutil.which("mount")
    disk = tmp_path_factory.getbasetemp() / "small"
    disk.mkdir()
    if os.geteuid() != 0 or mount is None:
        pytest.skip("needs root to mount a small file system")
    mounted = subprocess.run([mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        owner = postgres.data_dir.stat()
        for path in (disk, *disk.parents[:3]):
            path.chmod(path.stat().st_mode | 0o011)
        (disk / "space").mkdir()
        os.chown(disk / "space", owner.st_uid, owner.st_gid)
        yield disk / "space"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_full_disk_under_an_export(unchanged: str, abm: Abm, tmp_path: Path) -> None:
    """A limit on the size of files stands for the end of the disk."""
    with connect(unchanged) as connection:
        connection.execute(
            """
            create table activation.audience_members as
            select
                'lists' as destination, 'many' as audience, n::text as member_key, n::text as account_id,
                'one_to_many' as style, '{"companyName": "Company"}' as identifiers, 'none' as consent_basis
            from generate_series(1, 5000) as n
            """
        )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        ended = abm("export", "--style", "one_to_many", "--platform", "linkedin", "--out", str(tmp_path / "out"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        with connect(unchanged) as connection:
            connection.execute("drop table activation.audience_members")

    assert ended.code in {1, 2}
    assert "Free space there" in ended.err
    assert [path for path in (tmp_path / "out").rglob("*.csv") if path.stat().st_size] == []
