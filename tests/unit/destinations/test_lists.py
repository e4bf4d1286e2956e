from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.destinations import WholeAudiences, open_destination
from abm.destinations.lists.destination import Lists, folder_name
from abm.destinations.lists.files import write_list
from abm.destinations.lists.templates import LINKEDIN, Template
from abm.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

ACME = {"companyName": "Acme", "companyWebsiteDomain": "acme.example", "country": "DE"}
BOLT = {"companyName": "Bolt", "companyWebsiteDomain": "bolt.example", "country": "US"}


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path / "lists")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_lists_needs_no_connection_and_takes_whole_audiences() -> None:
    assert isinstance(open_destination("lists", None), WholeAudiences)


def test_file_has_the_platforms_template(lists: Lists) -> None:
    lists.replace("wide", [ACME, BOLT], release_id="r1")
    text = (lists.folder / "wide" / "linkedin.csv").read_text(encoding="utf-8").splitlines()
    assert text[0] == (
        "companyname,companywebsite,companyemaildomain,linkedincompanypageurl,stocksymbol,"
        "industry,city,state,companycountry,zipcode"
    )
    assert text[1:] == ["Acme,acme.example,,,,,,,DE,", "Bolt,bolt.example,,,,,,,US,"]


def test_members_may_come_by_header_or_by_the_names_of_the_api() -> None:
    by_header = {"companyname": "Acme", "companywebsite": "acme.example", "companycountry": "DE"}
    assert LINKEDIN.row(by_header) == LINKEDIN.row(ACME)


def test_manifest_proves_the_files_complete(lists: Lists) -> None:
    lists.replace("wide", [ACME, {"country": "DE"}], release_id="r1")
    manifest = json.loads((lists.folder / "wide" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["release_id"], manifest["rows"], manifest["members_without_identifier"]) == ("r1", 1, 1)
    assert manifest["can_reach_minimum"] is False
    assert lists.read_back(["wide"])[0].status == "READY"


def test_edited_and_deleted_files_are_noticed(lists: Lists) -> None:
    lists.replace("wide", [ACME], release_id="r1")
    lists.replace("core", [ACME], release_id="r1")
    (lists.folder / "wide" / "linkedin.csv").write_text("mine", encoding="utf-8")
    (lists.folder / "core" / "linkedin.csv").unlink()
    assert [audience.status for audience in lists.read_back(["wide", "core", "new"])] == [
        "CHANGED",
        "MISSING",
        "MISSING",
    ]


def test_audience_without_members_goes_away(lists: Lists) -> None:
    lists.replace("wide", [ACME], release_id="r1")
    assert lists.replace("wide", [], release_id="r2").status == "REMOVED"
    assert not list(lists.folder.iterdir())


@given(st.text())
def test_audience_names_never_lead_out_of_the_folder(name: str) -> None:
    assert set(folder_name(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")


def test_different_audiences_never_share_a_folder() -> None:
    names = ["wide", "Wide", "wi de", "wi/de", "..", "../..", ""]
    assert len({folder_name(name) for name in names}) == len(names)


@given(st.text(alphabet="=+-@\t\r a1,\"'", max_size=6))
def test_no_cell_is_a_formula(value: str) -> None:
    row = LINKEDIN.row({"companyName": "Acme", "city": value})
    assert row is not None
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_list_past_the_platforms_limit_is_split_and_shrinks_again(tmp_path: Path) -> None:
    small = Template("linkedin", LINKEDIN.columns, LINKEDIN.needs_one_of, maximum_rows=2, minimum_matched=0)
    members = [{"companyName": f"Company {number}"} for number in range(5)]
    (tmp_path / "linkedin_notes.csv").touch()

    written = write_list(tmp_path, "linkedin", small, members)
    assert [(file.name, file.rows) for file in written.files] == [
        ("linkedin.csv", 2),
        ("linkedin_2.csv", 2),
        ("linkedin_3.csv", 1),
    ]
    write_list(tmp_path, "linkedin", small, members[:1])
    assert {path.name for path in tmp_path.iterdir()} == {"linkedin.csv", "linkedin_notes.csv"}
    assert rows_of(tmp_path / "linkedin.csv")[0]["companyname"] == "Company 0"


def test_reader_that_breaks_off_leaves_the_older_list_whole(lists: Lists) -> None:
    def broken() -> object:
        yield BOLT
        raise KeyboardInterrupt

    lists.replace("wide", [ACME], release_id="r1")
    with pytest.raises(KeyboardInterrupt):
        lists.replace("wide", broken(), release_id="r2")  # type: ignore[arg-type]
    assert rows_of(lists.folder / "wide" / "linkedin.csv")[0]["companyname"] == "Acme"
    assert lists.read_back(["wide"])[0].status == "READY"


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "lists").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        Lists(tmp_path / "lists").replace("wide", [ACME], release_id="r1")
