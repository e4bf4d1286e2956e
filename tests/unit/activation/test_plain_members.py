"""Files of people as they stand in the CRM: the plan goes on by digests, and the files follow the policy."""

from __future__ import annotations

import csv
import json
import stat
import uuid
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from abm import landing, sources
from abm.destinations.lists.destination import Lists
from abm.identity.digests import refresh_digests
from abm.identity.hashing import google_email, google_phone, meta_email
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .conftest import World

CONTACTS = next(entity for entity in sources.entities("files") if entity.name == "contacts")
ANN = {"contact_id": "1", "email": "A.nn@gmail.com", "phone": "020 7946 0958", "country": "GB"}
BO = {"contact_id": "2", "email": "bo@example.com"}
READABLE = ("gmail", "example.com", "7946")
MEMBERS = {
    "core/files:1": {
        "hashedEmail": google_email("ann@gmail.com"),
        "hashedPhone": google_phone("+442079460958"),
        "regionCode": "GB",
    },
    "core/files:2": {"EMAIL": meta_email("bo@example.com")},
}


@pytest.fixture
def land(world: World) -> Iterator[Callable[..., None]]:
    """Return a function that lands these as all contacts, and digests them."""
    for source in sources.SOURCES:
        landing.ensure_tables(world.url, sources.entities(source))

    def land_people(*people: dict[str, str]) -> None:
        batch_id = uuid.uuid4().hex
        rows = pa.Table.from_pylist(list(people), schema=CONTACTS.schema).to_batches()
        landing.stage(world.url, CONTACTS, rows, batch_id=batch_id, is_full=True, cursor_from=None)
        landing.merge(world.url, CONTACTS, batch_id)
        refresh_digests(world.url, [CONTACTS])

    yield land_people
    with connect(world.url) as warehouse:
        warehouse.execute("truncate raw_files.contacts, ops.identity_digests, ops.identity_marks")


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    write(world, tmp_path / "lists", "plain")
    return tmp_path / "lists" / "core"


def write(world: World, folder: Path, form: str) -> None:
    """Have the next night write lists in this form."""
    world.platform = Lists(folder, form)  # type: ignore[arg-type, assignment]


def column(path: Path, *names: str) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(row[name] for name in names) for row in csv.DictReader(file)]


def test_files_alone_hold_what_people_write(world: World, land: Callable[..., None], folder: Path) -> None:
    land(ANN, BO)
    world.publish_members(MEMBERS, "lists")
    accounts = world.night("lists")

    assert (accounts.created, accounts.held) == (2, 0)
    assert column(folder / "google.csv", "Email", "Phone", "Country") == [("A.nn@gmail.com", "442079460958", "GB")]
    assert column(folder / "meta.csv", "email", "phone") == [("bo@example.com", "")]
    assert column(folder / "linkedin_people.csv", "email") == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.csv")} == {0o600}
    kept = [(folder / "manifest.json").read_text(encoding="utf-8")]
    with connect(world.url) as warehouse:
        for table in ("sync_changes", "sync_state", "sync_audiences", "sync_runs"):
            kept += [text for (text,) in warehouse.execute(f"select t::text from ops.{table} as t")]  # type: ignore[arg-type]
    assert not [text for text in kept if any(part in text for part in READABLE)]


@pytest.mark.parametrize(("first", "then"), [("hashed", "plain"), ("plain", "hashed")])
def test_files_take_the_policys_new_form_without_a_change(
    world: World, land: Callable[..., None], folder: Path, first: str, then: str
) -> None:
    addresses = {"plain": "A.nn@gmail.com", "hashed": google_email("ann@gmail.com")}
    land(ANN, BO)
    world.publish_members(MEMBERS, "lists")
    for form in (first, then):
        write(world, folder.parent, form)
        world.night("lists")
        assert column(folder / "google.csv", "Email") == [(addresses[form],)]
        assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["form"] == form
    assert world.night("lists").planned == 0


def test_whose_record_changed_since_is_held_and_joins_with_the_next_release(
    world: World, land: Callable[..., None], folder: Path
) -> None:
    land(ANN, BO)
    world.publish_members(MEMBERS, "lists")
    land(ANN, BO | {"email": "bo@example.org"})
    accounts = world.night("lists")
    assert (accounts.created, accounts.held) == (1, 1)
    with connect(world.url) as warehouse:
        held = warehouse.execute("select object_key, reason_code from ops.sync_changes where outcome = 'held'")
        assert held.fetchall() == [("core/files:2", "NO_RECORD")]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {told["platform"]: told["members_without_identifier"] for told in manifest["lists"]} == {
        "linkedin_people": 2,
        "google": 1,
        "meta": 2,
    }

    world.publish_members(MEMBERS | {"core/files:2": {"EMAIL": meta_email("bo@example.org")}}, "lists")
    assert world.night("lists").created == 1
    assert column(folder / "meta.csv", "email") == [("bo@example.org",)]
