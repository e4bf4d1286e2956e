from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from abm import landing, sources
from abm.destinations.lists.export import export
from abm.errors import ConfigurationError, HeldError
from abm.identity.digests import refresh_digests
from abm.identity.hashing import meta_email

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg


@pytest.fixture
def published(warehouse: psycopg.Connection) -> psycopg.Connection:
    warehouse.execute(
        "create table activation.audience_members (destination text, audience text, member_key text,"
        " account_id text, style text, identifiers text, consent_basis text)"
    )
    return warehouse


def add(warehouse: psycopg.Connection, destination: str, style: str, name: str) -> None:
    warehouse.execute(
        "insert into activation.audience_members (destination, audience, member_key, style, identifiers)"
        " values (%s, 'wide', %s, %s, %s)",
        [destination, name, style, json.dumps({"companyName": name})],
    )


def names_in(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["companyname"] for row in csv.DictReader(file)]


def test_only_the_style_asked_for_is_written(warehouse_url: str, published: psycopg.Connection, tmp_path: Path) -> None:
    add(published, "lists", "one_to_many", "Acme")
    add(published, "lists", "one_to_few", "Bolt")
    written = export(warehouse_url, "one_to_many", "linkedin", tmp_path / "out")
    assert written.rows == 1
    assert names_in(written.path) == ["Acme"]


def test_the_general_list_is_written_because_it_has_every_column_of_the_template(
    warehouse_url: str, published: psycopg.Connection, tmp_path: Path
) -> None:
    add(published, "lists", "one_to_many", "Acme")
    add(published, "linkedin", "one_to_many", "Bolt")
    assert names_in(export(warehouse_url, "one_to_many", "linkedin", tmp_path).path) == ["Acme"]


def test_people_are_written_plain_by_the_records_that_hold_them(
    warehouse_url: str, published: psycopg.Connection, tmp_path: Path
) -> None:
    landing.ensure_tables(warehouse_url, sources.person_entities())
    published.execute("insert into raw_files.contacts (contact_id, email) values ('1', 'Ann@example.com')")
    refresh_digests(warehouse_url, sources.person_entities())
    published.execute(
        "insert into activation.audience_members (destination, audience, member_key, style, identifiers)"
        " values ('lists', 'wide', 'files:1', 'one_to_few', %s)",
        [json.dumps({"EMAIL": meta_email("ann@example.com")})],
    )
    entities = sources.person_entities()
    written = export(warehouse_url, "one_to_few", "meta", tmp_path, people="plain", entities=entities)
    assert "Ann@example.com" in written.path.read_text(encoding="utf-8")
    hashed = export(warehouse_url, "one_to_few", "meta", tmp_path)
    assert (written.rows, hashed.rows, "Ann@" in hashed.path.read_text(encoding="utf-8")) == (1, 1, False)


def test_style_without_an_audience_is_told_with_the_remedy(
    warehouse_url: str, published: psycopg.Connection, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=r"set styles\.one_to_one\.audience to true"):
        export(warehouse_url, "one_to_one", "linkedin", tmp_path)
    assert not list(tmp_path.glob("*.csv"))


def test_platform_without_a_template_is_told(warehouse_url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Use one of linkedin"):
        export(warehouse_url, "one_to_one", "fax", tmp_path)


def test_nothing_is_exported_before_the_first_release(warehouse_url: str, tmp_path: Path) -> None:
    with pytest.raises(HeldError, match="No release is published"):
        export(warehouse_url, "one_to_one", "linkedin", tmp_path)
