"""The folder of files beside the CRMs: the files source reads it as it is, at any size of world."""

from datetime import date

import pytest

from abm.settings import Connection
from abm.sources import entities, open_source
from abm_sandbox.files import endpoint, write_files
from abm_sandbox.server import running_sandbox
from abm_sandbox.world import generate

TODAY = date(2026, 3, 9)


def read(home):
    source = open_source("files", Connection("abm_files", extra=endpoint(home)["extra"]))
    return {
        entity.name: [row for batch in source.extract(entity, None) for row in batch.to_pylist()]
        for entity in entities("files")
    }


@pytest.fixture(scope="module")
def world():
    return generate(7, 400, TODAY)


@pytest.fixture(scope="module")
def rows(world, tmp_path_factory):
    home = tmp_path_factory.mktemp("sandbox")
    write_files(home, world)
    return read(home)


def test_visits_name_a_company_or_a_person_and_look_at_prices(rows):
    visits = rows["activities"]
    assert {row["activity_type"] for row in visits} == {"web_visit", "pricing_visit", "content_download"}
    assert all((row["domain"] is None) != (row["contact_id"] is None) for row in visits)
    assert max(row["occurred_at"] for row in visits).date() < TODAY


def test_visitors_are_people_the_crms_know_by_address(rows, world):
    known = set(world.people.email.drop_null().to_pylist())
    assert {row["email"] for row in rows["contacts"]} <= known
    assert {row["contact_id"] for row in rows["activities"] if row["contact_id"]} == {
        row["contact_id"] for row in rows["contacts"]
    }


def test_spend_is_booked_on_accounts_of_the_folder_in_the_last_year(rows, world):
    accounts = {row["account_id"]: row["domain"] for row in rows["accounts"]}
    assert {row["account_id"] for row in rows["spend"]} <= set(accounts)
    assert set(accounts.values()) <= set(world.companies.domain.to_pylist())
    days = [row["spend_date"] for row in rows["spend"]]
    assert max(days) < TODAY
    assert (TODAY - min(days)).days < 366


@pytest.mark.parametrize("accounts", [1, 2, 7])
def test_tiny_worlds_leave_out_what_they_have_not(tmp_path, accounts):
    write_files(tmp_path, generate(1, accounts, TODAY))
    assert read(tmp_path).keys() == {entity.name for entity in entities("files")}


def test_sandbox_tells_the_folder_and_keeps_it_for_the_next_start(tmp_path, world):
    def started():
        with running_sandbox(tmp_path, lambda: world, platforms=(), with_files=True) as endpoints:
            return endpoints["files"]["extra"]["path"]

    assert started() == str(tmp_path / "files")
    (tmp_path / "files" / "visits.csv").write_text("kept", encoding="utf-8")
    started()
    assert (tmp_path / "files" / "visits.csv").read_text(encoding="utf-8") == "kept"
