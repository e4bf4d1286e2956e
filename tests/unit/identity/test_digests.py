"""Digests follow the landed people: what changed is made anew, what is gone goes, and nothing readable is stored."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from abm import landing, sources
from abm.identity import digests as digesting
from abm.identity.digests import refresh_digests
from abm.identity.hashing import google_email, google_phone, linkedin_email, meta_email, meta_name, meta_phone

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

CONTACTS = next(entity for entity in sources.entities("files") if entity.name == "contacts")
ANN = {
    "contact_id": "1",
    "email": "Ann.Lee@Gmail.com",
    "phone": "020 7946 0958",
    "first_name": "Ann",
    "last_name": "Lee",
    "country": "United Kingdom",
}
BO = {"contact_id": "2", "email": "bo@example.com", "last_name": "Ray"}


@pytest.fixture
def land(warehouse_url: str) -> Callable[..., int]:
    """Return a function that lands these people as a full load and returns how many records were digested."""
    landing.ensure_tables(warehouse_url, sources.entities("files"))

    def land_people(*people: dict[str, Any]) -> int:
        batch_id = uuid.uuid4().hex
        rows = pa.Table.from_pylist(list(people), schema=CONTACTS.schema).to_batches()
        landing.stage(warehouse_url, CONTACTS, rows, batch_id=batch_id, is_full=True, cursor_from=None)
        landing.merge(warehouse_url, CONTACTS, batch_id)
        return refresh_digests(warehouse_url, sources.entities("files"))

    return land_people


def _held(warehouse: psycopg.Connection, record_id: str = "1") -> dict[tuple[str, str], str]:
    rows = warehouse.execute(
        "select platform, identifier, digest from ops.identity_digests where source = 'files' and record_id = %s",
        [record_id],
    )
    return {(platform, identifier): digest for platform, identifier, digest in rows}


def test_each_platform_has_its_own_digests(warehouse, land):
    assert land(ANN, BO) == 2
    held = _held(warehouse)

    assert held["linkedin", "SHA256_EMAIL"] == linkedin_email("ann.lee@gmail.com")
    assert held["google", "hashedEmail"] == google_email("annlee@gmail.com") != held["meta", "EMAIL"]
    assert held["meta", "EMAIL"] == meta_email("ann.lee@gmail.com")
    assert held["google", "hashedPhone"] == google_phone("+442079460958")
    assert held["meta", "PHONE"] == meta_phone("+442079460958")
    assert (held["meta", "FN"], held["meta", "LN"]) == (meta_name("ann"), meta_name("lee"))
    assert all(len(digest) == 64 for digest in held.values())


def test_cost_follows_change(warehouse, land):
    land(ANN, BO)
    before = dict(
        warehouse.execute("select record_id, max(_landed_at) from ops.identity_digests group by 1").fetchall()
    )

    assert land(ANN, BO) == 0
    assert land(ANN, BO | {"email": "bo.ray@example.com"}) == 1
    after = dict(warehouse.execute("select record_id, max(_landed_at) from ops.identity_digests group by 1").fetchall())
    assert after["1"] == before["1"]
    assert _held(warehouse, "2")["meta", "EMAIL"] == meta_email("bo.ray@example.com")


def test_what_stayed_the_same_in_a_changed_record_is_not_written(warehouse, land):
    land(ANN)
    before = warehouse.execute("select ctid, * from ops.identity_digests order by 2, 3, 4, 5").fetchall()

    assert land(ANN | {"job_title": "CFO"}) == 1
    assert warehouse.execute("select ctid, * from ops.identity_digests order by 2, 3, 4, 5").fetchall() == before


@pytest.mark.parametrize(
    "people",
    [[BO], [ANN | {"has_opted_out": True}, BO], [ANN | {"opted_out_of_ads": True}, BO]],
    ids=["deleted", "opted out", "opted out of ads"],
)
def test_who_is_gone_or_opted_out_has_no_digests(warehouse, land, people):
    land(ANN, BO)
    land(*people)

    assert _held(warehouse) == {}
    assert _held(warehouse, "2") != {}


def test_who_comes_back_has_digests_again(warehouse, land):
    land(ANN, BO)
    first = _held(warehouse)
    land(BO)
    land(ANN, BO)

    assert _held(warehouse) == first


def test_lost_identifier_goes_and_names_alone_name_nobody(warehouse, land):
    land(ANN)
    land(ANN | {"phone": None})
    assert ("meta", "PHONE") not in _held(warehouse)

    land(ANN | {"phone": None, "email": "none"})
    assert _held(warehouse) == {}


def test_crash_before_the_end_is_made_up_for(warehouse, land, monkeypatch):
    def crash(known: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(digesting, "digests", crash)
        with pytest.raises(BaseException):  # noqa: B017 (Arrow's C interface wraps it)
            land(ANN)
    assert _held(warehouse) == {}

    assert land(ANN) == 1
    assert _held(warehouse) != {}


def test_changed_rules_make_all_digests_anew(warehouse, land, monkeypatch):
    land(ANN, BO)
    monkeypatch.setattr(digesting, "RULES", digesting.RULES + 1)

    assert land(ANN, BO) == 2
    assert land(ANN, BO) == 0


def test_sources_without_people_need_nothing(warehouse_url):
    entities = [entity for entity in sources.entities("files") if entity.name != "contacts"]

    assert refresh_digests(warehouse_url, entities) == 0


@pytest.mark.parametrize("source", sources.SOURCES)
def test_every_source_says_what_its_people_are_known_by(source):
    people = [entity.person_columns for entity in sources.entities(source) if entity.person_columns]

    assert people
    assert all({"email", "first_name", "last_name", "country", "opted_out"} <= columns.keys() for columns in people)
