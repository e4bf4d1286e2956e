"""Digests are turned back into what people write only by a record that gives the very digest as it stands now."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from abm import landing, sources
from abm.identity import readable
from abm.identity.digests import refresh_digests
from abm.identity.platforms import Known, digests, plain_text
from abm.identity.readable import is_nobody, readable_members

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

PEOPLE = {f"{entity.source}.{entity.name}": entity for entity in sources.person_entities()}
MEMBERS = sql.SQL("select member, identifiers from members where identifiers is not null and %(all)s")
ANN = {
    "contact_id": "1",
    "email": "Ann.Lee+news@Gmail.com",
    "phone": "020 7946 0958",
    "first_name": "Ann",
    "last_name": "O'Lee",
    "country": "United Kingdom",
}
ANNS = {
    "SHA256_EMAIL": "Ann.Lee+news@Gmail.com",
    "hashedEmail": "Ann.Lee+news@Gmail.com",
    "hashedPhone": "+442079460958",
    "EMAIL": "Ann.Lee+news@Gmail.com",
    "PHONE": "+442079460958",
    "FN": "Ann",
    "LN": "O'Lee",
    "COUNTRY": "GB",
}
NONE: dict[str, None] = dict.fromkeys(ANNS)


@pytest.fixture
def land(warehouse_url: str) -> Callable[..., None]:
    """Return a function that lands these as all people of a table, and digests them unless told not to."""
    for source in sources.SOURCES:
        landing.ensure_tables(warehouse_url, sources.entities(source))

    def land_people(*people: dict[str, Any], table: str = "files.contacts", is_digested: bool = True) -> None:
        batch_id, entity = uuid.uuid4().hex, PEOPLE[table]
        rows = pa.Table.from_pylist(list(people), schema=entity.schema).to_batches()
        landing.stage(warehouse_url, entity, rows, batch_id=batch_id, is_full=True, cursor_from=None)
        landing.merge(warehouse_url, entity, batch_id)
        if is_digested:
            refresh_digests(warehouse_url, [entity])

    return land_people


@pytest.fixture
def read(warehouse: psycopg.Connection) -> Callable[..., list[tuple[str, dict[str, Any]]]]:
    """Return a function that reads members of these identifiers, in batches of two."""
    warehouse.execute("create table members (member text, identifiers jsonb)")

    def read_members(**members: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        with warehouse.transaction(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(readable, "BATCH", 2)
            warehouse.execute("delete from members")
            for member, identifiers in members.items():
                warehouse.execute("insert into members values (%s, %s)", [member, Jsonb(identifiers)])
            batches = list(readable_members(warehouse, MEMBERS, {"all": True}, list(PEOPLE.values())))
        assert all(len(batch) <= 2 for batch in batches)
        return [row for batch in batches for row in batch]

    return read_members


def digests_of(**person: Any) -> dict[str, str]:
    person.pop("contact_id", None)
    return {name: digest for _, name, digest in digests(Known(**person))}


def test_each_platform_gets_what_gives_its_own_digest(land, read):
    land(ANN)
    assert read(ann=digests_of(**ANN) | {"regionCode": "GB"}) == [("ann", ANNS | {"regionCode": "GB"})]


def test_what_is_read_gives_the_same_digests_again():
    again = {name: plain_text(name, digest, ANNS[name], "GB") for name, digest in digests_of(**ANN).items()}
    assert again == ANNS


def test_people_of_every_source_are_read_in_batches_by_key(land, read):
    land({"id": "00Q1", "email": "bo@example.com", "country": "DE"}, table="salesforce.lead")
    land({"contact_id": "7", "email": "cy@example.org", "phone": "(650) 555-1212", "country": "US"}, ANN)
    members = {
        "c": digests_of(email="cy@example.org", phone="+1 650 555 1212"),
        "a": digests_of(**ANN),
        "b": digests_of(email="bo@example.com"),
    }
    read_back = dict(read(**members))
    assert list(read_back) == ["a", "b", "c"]
    assert (read_back["a"], read_back["b"]["hashedEmail"]) == (ANNS, "bo@example.com")
    assert (read_back["c"]["EMAIL"], read_back["c"]["PHONE"]) == ("cy@example.org", "+16505551212")


def test_company_stays_as_it_is(land, read):
    company = {"companyname": "Acme", "companywebsite": "acme.example"}
    assert read(acme=company) == [("acme", company)]
    assert not is_nobody(company)


@pytest.mark.parametrize("is_digested", [True, False])
@pytest.mark.parametrize("changed", ["1", "2"])
def test_shared_digest_has_the_text_of_the_record_that_still_gives_it(land, read, changed, is_digested):
    other = ANN | {"contact_id": "2"}
    land(ANN, other)
    moved = {"email": "ann@example.com", "phone": None, "first_name": "X", "last_name": "Y", "country": "FR"}
    now = [person | moved if person["contact_id"] == changed else person for person in (ANN, other)]
    land(*now, is_digested=is_digested)
    assert read(ann=digests_of(**ANN)) == [("ann", ANNS)]


@pytest.mark.parametrize("is_digested", [True, False])
@pytest.mark.parametrize(
    "people",
    [[], [ANN | {"email": "ann@example.com", "phone": "020 7946 0999", "first_name": "X", "last_name": "Y",
                 "country": "France"}]],
    ids=["deleted", "changed"],
)  # fmt: skip
def test_record_that_is_gone_or_changed_leaves_nothing(land, read, people, is_digested):
    bo = {"contact_id": "2", "email": "bo@example.com"}
    land(ANN, bo)
    land(*people, bo, is_digested=is_digested)
    ((_, left),) = read(ann=digests_of(**ANN))
    assert left == NONE
    assert is_nobody(left)


@pytest.mark.parametrize("is_digested", [True, False])
@pytest.mark.parametrize("no", ["has_opted_out", "opted_out_of_ads"])
def test_who_opted_out_since_is_not_read(land, read, no, is_digested):
    land(ANN)
    land(ANN | {no: True}, is_digested=is_digested)
    assert read(ann=digests_of(**ANN)) == [("ann", NONE)]


def test_name_alone_is_nobody(land, read):
    land(ANN)
    land(ANN | {"email": "ann@example.com", "phone": None})
    ((_, left),) = read(ann=digests_of(**ANN))
    assert (left["FN"], left["EMAIL"]) == ("Ann", None)
    assert is_nobody(left)
