"""From landed people to upload files as they stand in the CRM: readable in those files and nowhere else."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.conftest import Ended

    Abm = Callable[..., Ended]

pytestmark = pytest.mark.integration

MAPPING = """
entities:
  accounts:
    file: accounts.csv
    columns: {account_id: id, account_name: name, domain: site, employees: staff, country: country}
  contacts:
    file: contacts.csv
    columns:
      contact_id: id
      account_id: account
      email: mail
      phone: phone
      first_name: first
      last_name: last
      country: country
      advertising_basis: basis
      advertising_date: day
      ad_user_data_basis: basis
      ad_user_data_date: day
      ad_personalization_basis: basis
      ad_personalization_date: day
"""
ACCOUNTS = "id,name,site,staff,country\n1,Alpha,alpha.example,900,GB\n"
CONTACTS = """id,account,mail,phone,first,last,country,basis,day
c1,1,Ann.Lee@Alpha.Example,020 7946 0958,Ann,Lee,United Kingdom,consent,2026-01-05
c2,1,bo@alpha.example,,Bo,Ray,United Kingdom,,
"""
POLICY = """
audience_holds: {lists: people}
audience_lists: {people: %s}
styles: {one_to_one: {audience: true}, one_to_few: {audience: true}, targeted_demand_gen: {audience: true}}
"""
READABLE = ("ann.lee", "7946", "bo@alpha")


def test_people_are_readable_in_the_upload_files_alone(
    abm: Abm, warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in {"accounts.csv": ACCOUNTS, "contacts.csv": CONTACTS, "mapping.yml": MAPPING}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.setenv("ABM_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("ABM_POLICY", str(tmp_path / "policy.yml"))
    _decide(tmp_path, "plain")
    assert abm("load", str(tmp_path), "--mapping", str(tmp_path / "mapping.yml")).code == 0
    night = abm("run", "--as-of", "2026-03-02")
    assert (night.code, night.err) == (0, "")

    (folder,) = (Path(os.environ["ABM_HOME"]) / "lists").iterdir()
    assert _rows(folder / "google.csv") == [
        {"Email": "Ann.Lee@Alpha.Example", "Phone": "442079460958", "First Name": "", "Last Name": "", "Country": "GB",
         "Zip": ""}
    ]  # fmt: skip
    assert _rows(folder / "meta.csv") == [
        {"email": "Ann.Lee@Alpha.Example", "phone": "442079460958", "fn": "Ann", "ln": "Lee", "ct": "", "zip": "",
         "country": "GB"}
    ]  # fmt: skip
    assert _rows(folder / "linkedin_people.csv") == [{"email": "Ann.Lee@Alpha.Example"}]
    _is_readable_nowhere_else(warehouse_url, folder, night.out)

    with connect(warehouse_url) as warehouse:
        ((style,),) = warehouse.execute("select style from activation.audience_members where destination = 'lists'")
    exported = abm("export", "--style", style, "--platform", "meta", "--out", str(tmp_path / "out"))
    assert exported.code == 0
    assert _rows(tmp_path / "out" / f"{style}_meta.csv") == _rows(folder / "meta.csv")

    _decide(tmp_path, "hashed")
    assert abm("run", "--as-of", "2026-03-03").code == 0
    assert not [path for path in folder.iterdir() if any(part in _text(path) for part in READABLE)]
    assert len(_rows(folder / "meta.csv")) == 1


def _decide(folder: Path, form: str) -> None:
    (folder / "policy.yml").write_text(POLICY % form, encoding="utf-8")


def _is_readable_nowhere_else(url: str, folder: Path, told: str) -> None:
    kept = [told.lower(), _text(folder / "manifest.json")]
    with connect(url) as warehouse:
        tables = warehouse.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('ops', 'activation', 'marts')"
        ).fetchall()
        for table in tables:
            rows = warehouse.execute(sql.SQL("select t::text from {} as t").format(sql.Identifier(*table)))
            kept += [text.lower() for (text,) in rows]
    assert len(kept) > len(tables)
    assert not [text for text in kept if any(part in text for part in READABLE)]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").lower()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
