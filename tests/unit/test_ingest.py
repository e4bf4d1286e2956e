"""A source's night: staged with an overlap, merged whole or not at all, held back without a trace in its tables."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pytest

from abm import ingest, nightly
from abm.errors import AbmError, ConfigurationError, HeldError, RetryableError
from abm.ingest import (
    catch_up,
    configured_sources,
    files_connection,
    hold_source,
    merge_source,
    merged_sources,
    stage_source,
)
from abm.landing import Counts
from abm.nightly import land_source
from abm.settings import Connection, Settings
from abm.sources import SOURCES, entities
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abm.entities import Entity

PROJECT = Path(__file__).parents[2]
HUBSPOT = Connection("abm_hubspot", password="token")


def load_files(url: str, folder: Path, mapping: Path) -> dict[str, Counts]:
    """Stage and merge a folder, as `abm load` does around its checks."""
    batch_id = uuid.uuid4().hex
    stage_source(url, "files", files_connection(folder, mapping), batch_id)
    return merge_source(url, "files", batch_id)


@pytest.fixture(scope="module")
def warehouse_url(new_database: Callable[[], str]) -> str:
    """One database for all tests here; making one costs more than any of them."""
    return new_database()


@pytest.fixture
def url(warehouse_url: str) -> str:
    with connect(warehouse_url) as connection:
        for source in SOURCES:
            connection.execute(f"drop schema if exists raw_{source}, raw_{source}_incoming cascade")
        connection.execute("delete from ops.landing_batches")
        connection.execute("delete from ops.source_cursors")
    return warehouse_url


class FakePlatform:
    """A source by registry that answers from memory and remembers what it was asked."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.asked: dict[str, str | None] = {}
        self.breaks_at: str | None = None
        self.is_closed = False

    def connect(self, connection: Connection) -> FakePlatform:
        self.asked.clear()
        self.is_closed = False
        return self

    def extract(self, entity: Entity, cursor: str | None) -> Iterator[pa.RecordBatch]:
        self.asked[entity.name] = cursor
        if entity.name == self.breaks_at:
            raise RetryableError("The platform went away. It is tried again by itself.")
        yield from pa.Table.from_pylist(self.rows.get(entity.name, []), schema=entity.schema).to_batches()

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def hubspot(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    monkeypatch.setitem(sys.modules, "abm.sources.hubspot.source", SimpleNamespace(connect=platform.connect))
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    platform.rows = {
        "company": [{"id": "1", "name": "Acme", "updated_at": at}],
        "email_event": [{"id": "e", "created_at": at}],
        "owner": [{"id": "7", "is_archived": True}],
    }
    return platform


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "accounts.csv").write_text("name\nAcme\nZeta\n", encoding="utf-8")
    (tmp_path / "mapping.yml").write_text(
        "entities: {accounts: {file: accounts.csv, columns: {account_id: name, account_name: name}}}", encoding="utf-8"
    )
    return tmp_path


def landed(url: str, table: str, condition: str = "not _is_deleted") -> int:
    with connect(url) as connection:
        row = connection.execute(f"select count(*) from raw_{table} where {condition}").fetchone()
    assert row is not None
    return int(row[0])


def test_sources_with_a_connection_are_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ABM_FILES", '{"conn_type": "generic", "extra": {"path": "."}}')
    assert configured_sources(Settings()) == ["files"]


def test_named_sources_are_configured_whatever_connections_there_are() -> None:
    assert configured_sources(Settings(sources="hubspot, files")) == ["hubspot", "files"]


def test_every_unknown_source_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"'sap'[\s\S]*'oracle'"):
        configured_sources(Settings(sources="sap,files,oracle"))


def test_every_registered_source_has_its_tables_after_any_stage(url: str, folder: Path) -> None:
    load_files(url, folder, folder / "mapping.yml")
    assert {source: landed(url, f"{source}.{entities(source)[0].name}") for source in SOURCES} == {
        "salesforce": 0,
        "hubspot": 0,
        "files": 2,
    }


def test_loading_the_same_files_twice_changes_nothing(url: str, folder: Path) -> None:
    assert load_files(url, folder, folder / "mapping.yml")["accounts"] == Counts(inserted=2)
    assert load_files(url, folder, folder / "mapping.yml")["accounts"] == Counts(unchanged=2)


def test_a_row_gone_from_a_file_is_marked_deleted(url: str, folder: Path) -> None:
    load_files(url, folder, folder / "mapping.yml")
    (folder / "accounts.csv").write_text("name\nAcme\n", encoding="utf-8")
    assert load_files(url, folder, folder / "mapping.yml")["accounts"] == Counts(deleted=1, unchanged=1)


def test_a_folder_with_overrides_alone_leaves_all_else_as_it_was(url: str, folder: Path) -> None:
    names = "\n".join(f"Company {number}" for number in range(60))
    (folder / "accounts.csv").write_text(f"name\n{names}\n", encoding="utf-8")
    own = folder / "by hand"
    own.mkdir()
    (own / "overrides.csv").write_text("id,domain,style\no1,acme.example,1:Few\n", encoding="utf-8")
    columns = "{override_id: id, domain: domain, style: style}"
    (own / "mapping.yml").write_text(f"entities: {{overrides: {{file: overrides.csv, columns: {columns}}}}}", "utf-8")
    load_files(url, folder, folder / "mapping.yml")

    merged = land_source(url, "files", files_connection(own, own / "mapping.yml"), "by hand")
    assert merged == {"overrides": Counts(inserted=1)}
    assert (landed(url, "files.accounts"), landed(url, "files.overrides")) == (60, 1)
    load_files(url, folder, folder / "mapping.yml")
    assert landed(url, "files.overrides") == 1


def test_a_folder_of_which_one_file_cannot_be_read_is_not_merged_in_part(url: str, folder: Path) -> None:
    mapping = folder / "mapping.yml"
    owners = "owners: {file: owners.csv, columns: {owner_id: id, owner_name: name}}"
    mapping.write_text(mapping.read_text("utf-8").removesuffix("}") + f", {owners}}}", "utf-8")
    (folder / "owners.csv").write_text("id,name\n,Nobody\n", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        stage_source(url, "files", files_connection(folder, mapping), "n1")
    with pytest.raises(HeldError, match="is abandoned"):
        merge_source(url, "files", "n1")


def test_a_bad_file_leaves_the_tables_as_they_were(url: str, folder: Path) -> None:
    load_files(url, folder, folder / "mapping.yml")
    (folder / "accounts.csv").write_text("name\nNew\nNew\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has the same account_id"):
        load_files(url, folder, folder / "mapping.yml")
    assert landed(url, "files.accounts", "account_id in ('Acme', 'Zeta') and not _is_deleted") == 2
    assert landed(url, "files.accounts") == 2


def test_the_next_night_reads_from_an_overlap_before_the_last_change(url: str, hubspot: FakePlatform) -> None:
    stage_source(url, "hubspot", HUBSPOT, "n1")
    assert set(hubspot.asked.values()) == {None}
    merge_source(url, "hubspot", "n1")
    stage_source(url, "hubspot", HUBSPOT, "n2")
    assert hubspot.asked["company"] == "2026-03-01T11:50:00.000000+00:00"
    assert hubspot.asked["email_event"] == "2026-02-22T12:00:00.000000+00:00"
    assert hubspot.asked["owner"] is None
    assert hubspot.is_closed


def test_a_stage_alone_moves_no_cursor(url: str, hubspot: FakePlatform) -> None:
    stage_source(url, "hubspot", HUBSPOT, "n1")
    stage_source(url, "hubspot", HUBSPOT, "n2")
    assert set(hubspot.asked.values()) == {None}


def test_a_failing_entity_leaves_nothing_of_its_source(url: str, hubspot: FakePlatform) -> None:
    hubspot.breaks_at = "email_event"
    with pytest.raises(RetryableError):
        stage_source(url, "hubspot", HUBSPOT, "n1")
    assert hubspot.is_closed
    with pytest.raises(AbmError, match=r"No batch 'n1' of hubspot\.email_event"):
        merge_source(url, "hubspot", "n1")
    assert landed(url, "hubspot.company", "true") == 0


def test_a_held_batch_is_not_merged_and_read_again(
    url: str, hubspot: FakePlatform, warehouse: psycopg.Connection
) -> None:
    stage_source(url, "hubspot", HUBSPOT, "n1")
    hold_source(url, "hubspot", "n1", "too few companies")
    with pytest.raises(HeldError, match="too few companies"):
        merge_source(url, "hubspot", "n1")
    assert landed(url, "hubspot.company", "true") == 0
    stage_source(url, "hubspot", HUBSPOT, "n2")
    assert hubspot.asked["company"] is None
    assert merge_source(url, "hubspot", "n2")["company"] == Counts(inserted=1)
    found = warehouse.execute("select batch_id, status from ops.landing_batches where entity = 'company' order by 1")
    assert found.fetchall() == [("n1", "held"), ("n2", "merged")]


def test_a_source_held_back_does_not_hold_the_others(url: str, hubspot: FakePlatform, folder: Path) -> None:
    stage_source(url, "hubspot", HUBSPOT, "n1")
    stage_source(url, "files", files_connection(folder, folder / "mapping.yml"), "n1")
    hold_source(url, "hubspot", "n1", "stale")
    merge_source(url, "files", "n1")
    assert merged_sources(url, "n1") == ["files"]


def test_a_night_where_nothing_landed_is_told(url: str, hubspot: FakePlatform) -> None:
    with pytest.raises(AbmError, match="nothing was staged"):
        merged_sources(url, "n1")
    stage_source(url, "hubspot", HUBSPOT, "n1")
    hold_source(url, "hubspot", "n1", "stale")
    with pytest.raises(AbmError, match="hubspot: 7 held"):
        merged_sources(url, "n1")


def test_logs_have_counts_and_no_values(url: str, hubspot: FakePlatform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    hubspot.rows["contact"] = [{"id": "c", "email": "ann@example.com", "first_name": "Ann"}]
    stage_source(url, "hubspot", HUBSPOT, "n1")
    merge_source(url, "hubspot", "n1")
    assert "Merged hubspot.contact: 1 inserted" in caplog.text
    assert "ann@example.com" not in caplog.text


def test_people_whose_digests_a_crash_left_behind_are_caught_up_before_a_model(
    url: str, hubspot: FakePlatform, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digested() -> int:
        (rows,) = warehouse.execute("select count(*) from ops.identity_digests where record_id = 'c9'").fetchone() or (
            0,
        )
        return int(rows)

    def broken(*_: object) -> int:
        raise RetryableError("the warehouse went away")

    hubspot.rows["contact"] = [{"id": "c9", "email": "ann@example.com"}]
    stage_source(url, "hubspot", HUBSPOT, "n1")
    with monkeypatch.context() as crash:
        crash.setattr(ingest, "refresh_digests", broken)
        with pytest.raises(RetryableError):
            merge_source(url, "hubspot", "n1")
        assert merged_sources(url, "n1") == ["hubspot"]
        with pytest.raises(RetryableError):
            nightly.model(url, Settings(), datetime.now(UTC).date(), "r1", tell=print)
    assert warehouse.execute("select 1 from ops.releases where release_id = 'r1'").fetchone() is None
    assert digested() == 0
    catch_up(url)
    catch_up(url)
    assert digested() > 0


@pytest.mark.outside
def test_the_maven_crm_lands_whole_and_twice(url: str, shared_data: Path, warehouse: psycopg.Connection) -> None:
    mapping = PROJECT / "docs" / "examples" / "maven_crm.yml"
    first = load_files(url, shared_data / "maven_crm", mapping)
    assert {name: counts.inserted for name, counts in first.items() if counts.inserted} == {
        "accounts": 85,
        "opportunities": 8800,
        "owners": 35,
    }
    again = load_files(url, shared_data / "maven_crm", mapping)
    assert sum(counts.changed for counts in again.values()) == 0
    assert warehouse.execute(
        """
        select
            count(*) filter (where is_won), count(*) filter (where is_closed and not is_won),
            count(*) filter (where account_id is null and not is_closed), count(*) filter (where product = 'GTXPro'),
            count(*) filter (where account_id not in (select account_id from raw_files.accounts)),
            count(*) filter (where owner_id not in (select owner_id from raw_files.owners))
        from raw_files.opportunities
        """
    ).fetchone() == (4238, 2473, 1425, 0, 0, 0)
    assert warehouse.execute(
        """
        select
            count(parent_account_id), count(distinct parent_account_id),
            count(*) filter (where parent_account_id not in (select account_id from raw_files.accounts)),
            max(annual_revenue) filter (where account_name = 'Acme Corporation')
        from raw_files.accounts
        """
    ).fetchone() == (15, 7, 0, 1_100_040_000)


@pytest.mark.outside
def test_leadforge_activities_land_from_three_files(url: str, shared_data: Path, warehouse: psycopg.Connection) -> None:
    mapping = PROJECT / "docs" / "examples" / "leadforge.yml"
    counts = load_files(url, shared_data / "leadforge_seed42" / "crm", mapping)
    assert counts["activities"] == Counts(inserted=25_239 + 6_522 + 13_785)
    assert counts["opportunities"] == Counts(inserted=2_783)
    assert landed(url, "files.activities", "account_id is null or contact_id is null") == 0
    assert landed(url, "files.opportunities", "is_won") == 600
