"""A sound delivery passes; a delivery with one fault fails exactly that expectation."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from abm.errors import HeldError
from abm.quality import check_landing
from abm.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]


def test_a_sound_delivery_passes(warehouse_url: str, stage_rows: Callable[..., None], accounts: list[Row]) -> None:
    stage_rows("salesforce", "account", accounts)
    report = check_landing(warehouse_url, "salesforce", "b1")
    assert report.expectations > 5
    assert report.failed == []


def test_every_table_of_a_delivery_is_checked(
    warehouse_url: str, stage_rows: Callable[..., None], accounts: list[Row], now: datetime
) -> None:
    stage_rows("salesforce", "account", accounts)
    stage_rows("salesforce", "user", [{"id": f"005{1:015d}", "name": "A", "system_modstamp": now}])
    report = check_landing(warehouse_url, "salesforce", "b1")
    assert {finding.subject for finding in report.findings} == {
        "raw_salesforce",
        "raw_salesforce.account",
        "raw_salesforce.user",
    }


def future(rows: list[Row]) -> None:
    rows[0]["system_modstamp"] += timedelta(days=400)


def stale(rows: list[Row]) -> None:
    for row in rows:
        row["system_modstamp"] -= timedelta(days=30)


def bad_key(rows: list[Row]) -> None:
    rows[0]["id"] = "short"


def nameless(rows: list[Row]) -> None:
    for row in rows[:60]:
        row["name"] = None


def negative(rows: list[Row]) -> None:
    for row in rows[:5]:
        row["annual_revenue"] = -1.0


@pytest.mark.parametrize(
    ("spoil", "expected", "stops"),
    [
        (future, "No change is dated in the future", False),
        (stale, "The newest change anywhere in the source is at most 3 days old", False),
        (bad_key, "id is an 18-character record id in at least 100% of the rows that have one", True),
        (nameless, "name is filled in at least 50% of the rows", False),
        (negative, "annual_revenue is not negative", False),
    ],
)
def test_one_fault_fails_one_expectation(
    warehouse_url: str,
    stage_rows: Callable[..., None],
    accounts: list[Row],
    spoil: Callable[[list[Row]], None],
    expected: str,
    stops: bool,
) -> None:
    spoil(accounts)
    stage_rows("salesforce", "account", accounts)
    report = check_landing(warehouse_url, "salesforce", "b1")
    assert [finding.description for finding in report.failed] == [expected]
    assert report.stops is stops


def test_a_first_load_without_accounts_stops(warehouse_url: str, stage_rows: Callable[..., None]) -> None:
    stage_rows("salesforce", "account", [])
    with pytest.raises(HeldError, match="At least 1 rows arrive"):
        check_landing(warehouse_url, "salesforce", "b1").raise_if_stopped()


def test_a_complete_load_that_shrank_stops(
    warehouse_url: str, warehouse: psycopg.Connection, stage_rows: Callable[..., None], accounts: list[Row]
) -> None:
    stage_rows("salesforce", "account", accounts)
    warehouse.execute("update ops.landing_batches set status = 'merged', merged_at = now()")
    stage_rows("salesforce", "account", accounts[:69], batch_id="b2")
    assert check_landing(warehouse_url, "salesforce", "b2").stops


def test_a_quiet_night_is_no_fault(warehouse_url: str, stage_rows: Callable[..., None]) -> None:
    stage_rows("salesforce", "account", [], is_full=False)
    assert check_landing(warehouse_url, "salesforce", "b1").failed == []


def test_a_night_without_changes_is_told_where_others_had_many(
    warehouse_url: str, warehouse: psycopg.Connection, stage_rows: Callable[..., None], accounts: list[Row]
) -> None:
    stage_rows("salesforce", "account", accounts, is_full=False)
    warehouse.execute("update ops.landing_batches set status = 'merged', merged_at = now()")
    stage_rows("salesforce", "account", [], batch_id="b2", is_full=False)
    report = check_landing(warehouse_url, "salesforce", "b2")
    assert [finding.description for finding in report.failed if finding.subject == "raw_salesforce.account"] == [
        "At least 1 rows arrive, against the changes of the last nights"
    ]
    assert not report.stops


def test_a_source_that_fell_silent_is_told_even_when_nothing_arrives(
    warehouse_url: str, warehouse: psycopg.Connection, stage_rows: Callable[..., None]
) -> None:
    warehouse.execute("insert into ops.source_cursors values ('salesforce', 'account', '2026-01-01T00:00:00+00:00')")
    stage_rows("salesforce", "account", [], is_full=False)
    report = check_landing(warehouse_url, "salesforce", "b1")
    assert [finding.subject for finding in report.failed] == ["raw_salesforce"]


def test_personal_values_stay_out_of_results_and_data_docs(
    warehouse_url: str, warehouse: psycopg.Connection, stage_rows: Callable[..., None], now: datetime
) -> None:
    contacts = [
        {"id": f"003{number:015d}", "email": f"broken-mail-of-person-{number}", "system_modstamp": now}
        for number in range(20)
    ]
    stage_rows("salesforce", "contact", contacts)
    report = check_landing(warehouse_url, "salesforce", "b1")
    assert "email is a mail address in at least 90% of the rows that have one" in {f.description for f in report.failed}
    kept = warehouse.execute("select * from ops.check_results").fetchall()
    assert len(kept) == report.expectations
    assert "person" not in str(kept)
    home = load_settings().home_dir
    assert (home / "data_docs" / "landing_salesforce" / "index.html").exists()
    written = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in written if "broken-mail" in path.read_text(encoding="utf-8", errors="ignore")]


def test_no_password_is_written(
    warehouse_url: str, stage_rows: Callable[..., None], accounts: list[Row], postgres: Any
) -> None:
    stage_rows("salesforce", "account", accounts)
    check_landing(warehouse_url, "salesforce", "b1")
    password = warehouse_url.split(":")[2].split("@", maxsplit=1)[0]
    assert not [
        path
        for path in Path(load_settings().home_dir).rglob("*.*")
        if path.is_file() and password in path.read_text(errors="ignore")
    ]


def test_checking_twice_keeps_one_set_of_results(
    warehouse_url: str, warehouse: psycopg.Connection, stage_rows: Callable[..., None], accounts: list[Row]
) -> None:
    stage_rows("salesforce", "account", accounts)
    first = check_landing(warehouse_url, "salesforce", "b1")
    check_landing(warehouse_url, "salesforce", "b1")
    assert warehouse.execute("select count(*) from ops.check_results").fetchone() == (first.expectations,)
