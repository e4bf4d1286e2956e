"""Edits, deletions and merges in both CRMs' sandboxes: landed, planned and sent as on a night, without the model."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pyarrow as pa
import pytest
from psycopg import sql
from tests.approvals import let

from abm import activation, landing
from abm.policy.load import load_policy
from abm.policy.tables import fields
from abm.settings import Connection
from abm.sources import entities, open_source
from abm.warehouse import connect
from abm_sandbox import hubspot, salesforce
from abm_sandbox.credentials import HUBSPOT_TOKEN, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.salesforce.merging import merge_accounts
from abm_sandbox.serving import serve
from abm_sandbox.store import Store, quoted

from .conftest import DAY, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import World

LONG_AGO = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
KEYS = {"salesforce": [new_id("001", number) for number in range(1, 5)], "hubspot": ["101", "102", "103", "104"]}
TABLES = {"salesforce": ("Account", "Id"), "hubspot": ("companies", "id")}
VALUES = {
    "abm_style": "one_to_many",
    "abm_base_style": "one_to_many",
    "abm_account_score": 57,
    "abm_engagement_score": 0,
    "abm_reason": "Potential 100,000 a year;\n  engaged  lately",
    "abm_style_since": DAY,
    "abm_lease_ends": None,
    "abm_policy_version": "abc",
}


@dataclass
class Crm:
    """One CRM's sandbox with four records, and the warehouse that writes to it."""

    name: str
    url: str
    warehouse: str
    store: Store
    runs: int = 0
    mapped: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.mapped = {
            row["field"]: row["platform_field"] for row in fields(load_policy(None)) if row["destination"] == self.name
        }

    @property
    def keys(self) -> list[str]:
        return KEYS[self.name]

    @property
    def connection(self) -> Connection:
        if self.name == "salesforce":
            return Connection("abm_salesforce", self.url, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET)
        return Connection("abm_hubspot", self.url, password=HUBSPOT_TOKEN)

    def land(self) -> None:
        """Land the records alone, all of them; the policy's map is the one that a source reads by default."""
        self.runs += 1
        entity = next(entity for entity in entities(self.name) if entity.object == TABLES[self.name][0])
        landing.ensure_tables(self.warehouse, [entity])
        with contextlib.closing(open_source(self.name, self.connection)) as source:
            batches, batch_id = source.extract(entity, None), f"b{self.runs}"
            landing.stage(self.warehouse, entity, batches, batch_id=batch_id, is_full=True, cursor_from=None)
        landing.merge(self.warehouse, entity, batch_id)

    def publish(self, *keys: str, **changed: Any) -> None:
        row = VALUES | changed
        names = sql.SQL(", ").join(map(sql.Identifier, ("destination", "object_key", *row)))
        places = sql.SQL(", ").join([sql.Placeholder()] * (2 + len(row)))
        with connect(self.warehouse) as connection, connection.cursor() as cursor:
            cursor.execute("delete from activation.crm_accounts")
            cursor.executemany(
                sql.SQL("insert into activation.crm_accounts ({}) values ({})").format(names, places),
                [(self.name, key, *row.values()) for key in keys],
            )

    def night(self) -> activation.Accounting:
        """Land, plan, send and account, with every row taken or explained."""
        self.land()
        self.runs += 1
        run_id = activation.plan(self.warehouse, self.name, run_id=f"r{self.runs}").run_id
        let(self.warehouse, run_id)
        activation.send(self.warehouse, run_id, self.connection)
        return activation.account(self.warehouse, run_id, self.connection)

    def edit(self, key: str, **values: str | None) -> None:
        """Write over our fields as a person does in the browser."""
        named = {self.mapped[name]: value for name, value in values.items()}
        if self.name == "hubspot":
            self.call("PATCH", f"companies/{key}", {"properties": {name: value or "" for name, value in named.items()}})
            return
        settings = ", ".join(f"{quoted(name)} = ?" for name in (*named, "SystemModstamp"))
        self.store.execute(f"update Account set {settings} where Id = ?", [*named.values(), _now(), key])

    def merge(self, winner: str, loser: str) -> str:
        """Merge two records and return the id of the one that is left."""
        if self.name == "hubspot":
            body = {"primaryObjectId": winner, "objectIdToMerge": loser}
            return str(self.call("POST", "companies/merge", body).json()["id"])
        merge_accounts(self.store, winner, loser, _now())
        return winner

    def delete(self, key: str) -> None:
        if self.name == "hubspot":
            self.call("DELETE", f"companies/{key}", None)
        else:
            statement = "update Account set IsDeleted = 1, SystemModstamp = ? where Id = ?"
            self.store.execute(statement, [_now(), key])

    def call(self, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
        return httpx.request(method, f"{self.url}/crm/v3/objects/{path}", json=body, headers=headers).raise_for_status()

    def held(self, key: str) -> dict[str, Any]:
        """Return what the record holds in our fields, by our names."""
        table, column = TABLES[self.name]
        row = self.store.execute(f"select * from {table} where {column} = ?", [key])[0]
        return {name: row[platform] for name, platform in self.mapped.items()}

    def ledger(self) -> list[tuple[str, set[str]]]:
        """Return each write that had an effect: the record and the fields it named."""
        rows = self.store.execute(
            "select id, fields from _writes where effective and object = ?", [TABLES[self.name][0]]
        )
        return [(row["id"], {name for name in row["fields"].split(",") if name}) for row in rows]

    def edits(self) -> dict[tuple[str, str], str]:
        with connect(self.warehouse) as connection:
            rows = connection.execute("select object_key, field, decision from ops.field_edits where ended_at is null")
            return {(key, name): decision for key, name, decision in rows}


def _now() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000"


@pytest.fixture(params=["salesforce", "hubspot"])
def crm(request: pytest.FixtureRequest, world: World, rules_kept: None) -> Iterator[Crm]:
    """A CRM to which our values were written once."""
    name: str = request.param
    store = Store()
    with connect(world.url) as connection:
        for schema in (f"raw_{name}", f"raw_{name}_incoming"):
            connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))
        for table in ("field_edits", "ownership_marks", "source_cursors", "landing_batches"):
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier("ops", table)))
    names = pa.array([f"Company {key}" for key in KEYS[name]])
    if name == "salesforce":
        moments = {"SystemModstamp": [LONG_AGO] * 4}
        salesforce.load_world(store, {"Account": pa.table({"Id": KEYS[name], "Name": names, **moments})})
        app = salesforce.create_app(store, limits=False)
    else:
        moments = {"createdAt": [LONG_AGO] * 4, "updatedAt": [LONG_AGO] * 4, "archived": [False] * 4}
        worded = pa.array([None] * 4, pa.string())  # a text that was there before: what we create takes styles alone
        companies = {"id": KEYS[name], "name": names, "abm_style": worded, **moments}
        hubspot.load_world(store, {"companies": pa.table(companies)})
        app = hubspot.create_app(store, limits=False)
    with serve(app) as url:
        crm = Crm(name, url, world.url, store)
        crm.publish(*crm.keys)
        assert crm.night().updated == len(crm.keys)
        store.execute("delete from _writes")
        yield crm
    store.close()


def test_what_each_crm_makes_of_our_values_is_no_edit(crm: Crm) -> None:
    assert crm.night().planned == 0
    assert crm.ledger() == []
    assert crm.edits() == {}


def test_our_fields_are_put_back_once_and_a_word_that_is_no_style_stays(crm: Crm) -> None:
    scored, emptied, worded, _ = crm.keys
    crm.edit(scored, abm_account_score="99", abm_reason="written over")
    crm.edit(emptied, abm_style=None, abm_style_since=None)
    crm.edit(worded, abm_style="Tier 1", abm_engagement_score="12")
    before = crm.held(crm.keys[3])
    crm.store.execute("delete from _writes")

    assert crm.night().updated == 3
    assert crm.edits() == {
        (scored, "abm_account_score"): "restored",
        (scored, "abm_reason"): "restored",
        (emptied, "abm_style"): "restored",
        (emptied, "abm_style_since"): "restored",
        (worded, "abm_style"): "reported",
        (worded, "abm_engagement_score"): "restored",
    }
    untouched = {"abm_style": crm.held(worded)["abm_style"]}
    assert untouched == {"abm_style": "Tier 1"}
    assert crm.held(worded) | {"abm_style": "one_to_many"} == crm.held(scored) == crm.held(emptied) == before
    mapped = set(crm.mapped.values())
    assert all(names <= mapped for _, names in crm.ledger())
    assert all(crm.mapped["abm_style"] not in names for key, names in crm.ledger() if key == worded)

    assert crm.night().planned == 0
    assert crm.edits() == {(worded, "abm_style"): "reported"}


def test_word_where_we_write_nothing_stays_until_we_write_something(crm: Crm) -> None:
    rule(crm.warehouse, "ownership.edits.abm_micro_segment", text="until_changed")
    worded = crm.keys[0]
    crm.edit(worded, abm_micro_segment="Banks")
    for _ in range(2):
        assert crm.night().planned == 0
        assert crm.edits() == {(worded, "abm_micro_segment"): "respected"}

    crm.publish(*crm.keys, abm_micro_segment="Insurers")
    assert crm.night().updated == len(crm.keys)
    assert crm.held(worded)["abm_micro_segment"] == "Insurers"


def test_values_of_people_are_never_named_in_a_write(crm: Crm) -> None:
    crm.publish(*crm.keys[:3], abm_account_score=58, abm_reason="other")
    crm.night()
    written = crm.ledger()
    assert len(written) == len(crm.keys)
    assert all(names == set(crm.mapped.values()) for _, names in written)


def test_merged_records_are_followed_without_an_error_or_a_write_to_what_is_gone(crm: Crm) -> None:
    winner, loser, other, _ = crm.keys
    left = crm.merge(winner, loser)
    crm.store.execute("delete from _writes")
    crm.publish(left, other, crm.keys[3], abm_account_score=61)

    first = crm.night()
    assert (first.updated, first.refused, first.failed, first.removed) == (3, 0, 0, 0)
    assert crm.held(left)["abm_account_score"] in {61, "61"}
    assert {key for key, _ in crm.ledger()} == {left, other, crm.keys[3]}
    again = crm.night()
    assert (again.planned, again.unchanged) == (0, 3)


def test_deleted_records_are_forgotten(crm: Crm) -> None:
    gone, *others = crm.keys
    crm.delete(gone)
    crm.store.execute("delete from _writes")
    crm.publish(*others)
    ended = crm.night()
    assert (ended.planned, ended.unchanged, crm.ledger()) == (0, 3, [])


def test_account_that_leaves_has_our_fields_emptied(crm: Crm) -> None:
    gone, *others = crm.keys
    crm.publish(*others)
    assert crm.night().removed == 1
    assert {value for value in crm.held(gone).values() if value is not None} == set()
    assert crm.night().planned == 0
    assert crm.edits() == {}
