"""A person opts out in the CRM, and by the next night no platform holds the person: model, sending, and the proof."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from abm import nightly
from abm.settings import CONNECTION_PREFIX, load_settings
from abm.warehouse import connect
from abm_sandbox.server import running_sandbox
from abm_sandbox.world import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

ACCOUNTS = 100
NOW = dt.datetime.now(dt.UTC)
PLATFORMS = ("google", "linkedin", "meta")
HELD = {
    "google": "select identifier from members",
    "linkedin": "select member_key from members",
    "meta": "select identifiers from members",
}
POLICY = """
audience_holds: {linkedin: people}
audience_minimums: {linkedin: 1, google: 1, meta: 1}
"""


@dataclass(frozen=True)
class World:
    """A sandbox being served, and the warehouse of its nights."""

    stores: Path
    url: str

    def rows(self, query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with connect(self.url) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def stored(self, platform: str, query: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.stores / f"{platform}.sqlite")) as store:
            return store.execute(query).fetchall()

    def holds(self, platform: str, digests: list[str]) -> bool:
        """Tell whether the platform holds a member by any of these digests."""
        held = " ".join(str(row[0]) for row in self.stored(platform, HELD[platform]))
        return any(digest in held for digest in digests)


@pytest.fixture
def world(tmp_path: Path, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The morning after a first night that named people to three platforms."""
    policy = tmp_path / "policy.yml"
    policy.write_text(POLICY)
    monkeypatch.setenv("ABM_POLICY", str(policy))
    with running_sandbox(tmp_path / "sandbox", lambda: generate(5, ACCOUNTS, NOW.date()), limits=False) as endpoints:
        for name, told in endpoints.items():
            connection = {"conn_type": "http", "host": told["base_url"], **told}
            if name == "linkedin":
                connection["extra"] = {**told["extra"], "user_audiences": "Programme wide"}
            monkeypatch.setenv(f"{CONNECTION_PREFIX}{name.upper()}", json.dumps(connection))
        made = World(tmp_path / "sandbox", new_database())
        assert _night(made, 0) == []
        yield made


def _night(world: World, minute: int) -> list[nightly.Failure]:
    now = NOW + dt.timedelta(minutes=minute)
    return list(nightly.run_night(world.url, load_settings(), now=now, tell=lambda _line: None).failures)


def _opt_out(world: World, contact: str) -> None:
    """Tick the box as a person does in the CRM's own page."""
    with contextlib.closing(sqlite3.connect(world.stores / "salesforce.sqlite")) as store:
        moment = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%S.000+0000}"
        store.execute("update Contact set HasOptedOutOfEmail = 1, SystemModstamp = ? where Id = ?", (moment, contact))
        store.commit()


def test_an_opt_out_is_removed_everywhere_by_the_next_night(world: World) -> None:
    members = world.rows(
        """
        select split_part(object_key, '/', 2) as member, array_agg(destination order by destination)
        from ops.sync_state
        where destination = any(%s) and payload_hash is not null and object_key like '%%/salesforce:003%%'
        group by 1 having count(distinct destination) = 3 order by 1 limit 1
        """,
        [list(PLATFORMS)],
    )
    ((person, _),) = members
    payloads = world.rows(
        "select destination, payload from ops.sync_state where split_part(object_key, '/', 2) = %s", [person]
    )
    digests = {platform: [value for value in payload.values() if len(value) == 64] for platform, payload in payloads}
    assert {platform: world.holds(platform, digests[platform]) for platform in PLATFORMS} == dict.fromkeys(
        PLATFORMS, True
    )

    _opt_out(world, person.removeprefix("salesforce:"))
    assert _night(world, 1) == []

    assert world.rows("select destination from activation.audience_members where member_key = %s", [person]) == []
    assert world.rows("select 1 from ops.identity_digests where source || ':' || record_id = %s", [person]) == []
    own = {platform: digests[platform][:1] for platform in PLATFORMS}  # the address; a phone may be a colleague's too
    assert {platform: world.holds(platform, own[platform]) for platform in PLATFORMS} == dict.fromkeys(PLATFORMS, False)
    proof = world.rows(
        "select destination, outcome, is_removed, is_escalated from ops_marts.fct_opt_out_removals"
        " where person_id = %s order by destination",
        [person],
    )
    assert proof == [(platform, "removed", True, False) for platform in PLATFORMS]
    _assert_nobody_is_readable(world)


def _assert_nobody_is_readable(world: World) -> None:
    """No address, telephone number or family name of a landed person stands in what is published or sent."""
    known = {
        value
        for (value,) in world.rows(
            "select email from raw_salesforce.contact union select phone from raw_salesforce.contact"
            " union select email from raw_hubspot.contact union select phone from raw_hubspot.contact"
        )
        if value
    }
    sent = world.rows(
        """
        select object_key || coalesce(payload::text, '') || coalesce(reason, '') from ops.sync_changes
        union all select object_key || payload::text from ops.sync_state
        union all select member_key || identifiers || consent_basis from activation.audience_members
        """
    )
    words = {word for (text,) in sent for word in text.replace('"', " ").replace("/", " ").split()}
    assert not {value.strip().lower() for value in known} & {word.strip(",:{}").lower() for word in words}
    assert not any("@" in text for (text,) in sent)
