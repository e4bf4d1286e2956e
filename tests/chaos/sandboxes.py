"""The platforms of the chaos: each with what it holds, and how often each thing in it was really changed."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa

from abm_sandbox import credentials, google, hubspot, linkedin, meta, salesforce
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.applications import Starlette

# A world is what is published: a record's style, or a member's audience and by which of its identifiers it is known.
World = dict[int, Any]
Things = dict[str, str]  # what a platform holds, by key
AUDIENCES = ("core", "wide")
GRANTED = {"adUserData": "GRANTED", "adPersonalization": "GRANTED"}


def digest(key: int, way: int) -> str:
    """Return a person's mail address as platforms take it."""
    return hashlib.sha256(f"p{key}w{way}@example.com".encode()).hexdigest()


@dataclass
class Sandbox:
    """One platform over a fresh store; `rows` of a world are (object_key, content) as they are published."""

    home: Path
    url: str = ""
    store: Store = field(default_factory=Store)
    app: Starlette | None = None

    name: ClassVar[str]
    of_records: ClassVar[bool] = False
    login: ClassVar[str] = ""
    password: ClassVar[str] = ""
    extra: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self) -> None:
        """Make the server of a new, empty platform."""

    def connection(self) -> dict[str, Any] | None:
        return {
            "conn_id": f"abm_{self.name}",
            "base_url": self.url,
            "login": self.login,
            "password": self.password,
            "extra": dict(self.extra),
        }

    def rows(self, world: World) -> Things:
        """Return what is published for a world: content by object key."""
        return {
            f"{audience}/{key}": json.dumps(self.identifiers(key, way), sort_keys=True)
            for key, ((_, audience), way) in world.items()
        }

    def things(self, world: World) -> Things:
        """Return what the platform shall hold for a world."""
        return {f"{audience}/{self.member(key, way)}": "" for key, ((_, audience), way) in world.items()}

    def identifiers(self, key: int, way: int) -> Mapping[str, str]:
        raise NotImplementedError

    def member(self, key: int, way: int) -> str:
        """Return how the platform names the member."""
        raise NotImplementedError

    def held(self) -> Things:
        raise NotImplementedError

    def effects(self) -> Counter[str]:
        """Return how many writes really changed something, by thing; more than one audience of a name is one too."""
        raise NotImplementedError

    def weather(self) -> None:
        """Let all that was asked for take effect."""

    def close(self) -> None:
        self.store.close()


class Salesforce(Sandbox):
    """Five accounts; the fields are made once and stay."""

    name, of_records = "salesforce", True
    login, password = credentials.SALESFORCE_CONSUMER_KEY, credentials.SALESFORCE_CONSUMER_SECRET
    ids = tuple(new_id("001", number) for number in range(6))

    def __post_init__(self) -> None:
        salesforce.load_world(self.store, {"Account": pa.table({"Id": self.ids, "Name": self.ids})})
        self.app = salesforce.create_app(self.store, limits=False)

    def reset(self) -> None:
        self.app.state.org.jobs.clear()
        self.app.state.org.row_locks.clear()
        self.app.state.org.jobs_stop_after.clear()
        self.store.execute("update Account set ABM_Style__c = null")
        self.store.execute("delete from _writes")

    def rows(self, world: World) -> Things:
        return {self.ids[key]: style for key, ((style, _), _) in world.items()}

    things = rows

    def held(self) -> Things:
        rows = self.store.execute("select Id, ABM_Style__c as style from Account where ABM_Style__c is not null")
        return {row["Id"]: row["style"] for row in rows}

    def effects(self) -> Counter[str]:
        rows = self.store.execute("select id from _writes where object = 'Account' and effective = 1")
        return Counter(row["id"] for row in rows)


class HubSpot(Sandbox):
    """Five companies; the properties are made once and stay."""

    name, of_records = "hubspot", True
    password = credentials.HUBSPOT_TOKEN
    extra: ClassVar = {"burst_requests": "0"}
    ids = tuple(str(1000 + number) for number in range(6))

    def __post_init__(self) -> None:
        moments = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * len(self.ids)
        companies = pa.table({"id": self.ids, "name": self.ids, "createdAt": moments, "updatedAt": moments})
        hubspot.load_world(self.store, {"companies": companies})
        self.app = hubspot.create_app(self.store, limits=False)

    def reset(self) -> None:
        self.app.state.portal.row_faults.clear()
        self.store.execute("update companies set abm_style = null")
        self.store.execute("delete from _writes")

    def rows(self, world: World) -> Things:
        return {self.ids[key]: style for key, ((style, _), _) in world.items()}

    things = rows

    def held(self) -> Things:
        rows = self.store.execute("select id, abm_style as style from companies where coalesce(abm_style, '') <> ''")
        return {row["id"]: row["style"] for row in rows}

    def effects(self) -> Counter[str]:
        rows = self.store.execute("select id from _writes where object = 'companies' and effective = 1")
        return Counter(row["id"] for row in rows)


class LinkedIn(Sandbox):
    """Companies, one of which is described in two ways that LinkedIn takes for the same."""

    name = "linkedin"
    login, password = credentials.LINKEDIN_CLIENT_ID, credentials.LINKEDIN_TOKEN
    extra: ClassVar = {
        "account": credentials.LINKEDIN_ACCOUNT,
        "requests_per_minute": "0",
        "refresh_token": credentials.LINKEDIN_REFRESH_TOKEN,
        "client_secret": credentials.LINKEDIN_CLIENT_SECRET,
    }

    of_two_forms: ClassVar = 4

    def __post_init__(self) -> None:
        self.app = linkedin.create_app(self.store, limits=False, fresh_seconds=0, build_seconds=0)

    def things(self, world: World) -> Things:
        return {
            f"{audience}/{self.member(key, way)}": json.dumps(self.identifiers(key, way), sort_keys=True)
            for key, ((_, audience), way) in world.items()
        }

    def identifiers(self, key: int, way: int) -> Mapping[str, str]:
        if key == self.of_two_forms:
            domain = f"c{key}.example.com"
            return {"companyWebsiteDomain": domain} if way == 1 else {"companyWebsiteDomain": domain, "city": "Berlin"}
        return {"companyWebsiteDomain": f"c{key}w{way}.example.com"}

    def member(self, key: int, way: int) -> str:
        return f"companyWebsiteDomain={self.identifiers(key, way)['companyWebsiteDomain']}"

    def held(self) -> Things:
        rows = self.store.execute(
            "select name, member_key, identifiers from members inner join segments on segments.id = segment_id"
        )
        return {
            f"{row['name']}/{row['member_key']}": json.dumps(json.loads(row["identifiers"]), sort_keys=True)
            for row in rows
        }

    def effects(self) -> Counter[str]:
        rows = self.store.execute(
            "select name, member_key from _writes inner join segments on segments.id = segment_id where effective = 1"
        )
        made = self.store.execute("select name from segments")
        return Counter([*(f"{row['name']}/{row['member_key']}" for row in rows), *(row["name"] for row in made)])


class Google(Sandbox):
    name = "google"
    login, password = credentials.GOOGLE_CLIENT_ID, credentials.GOOGLE_CLIENT_SECRET
    extra: ClassVar = {
        "account": credentials.GOOGLE_ACCOUNT,
        "requests_per_minute": "0",
        "refresh_token": credentials.GOOGLE_REFRESH_TOKEN,
        "status_first_seconds": "0",
        "status_wait_seconds": "0.5",
    }

    def __post_init__(self) -> None:
        self.app = google.create_app(self.store, limits=False, processing_seconds=0)

    def identifiers(self, key: int, way: int) -> Mapping[str, str]:
        return {"hashedEmail": digest(key, way), **GRANTED}

    def member(self, key: int, way: int) -> str:
        return f"emailAddress={digest(key, way)}"

    def held(self) -> Things:
        rows = self.store.execute(
            "select displayName as name, identifier from members inner join user_lists on user_lists.id = list_id"
        )
        return {f"{row['name']}/{row['identifier']}": "" for row in rows}

    def effects(self) -> Counter[str]:
        rows = self.store.execute(
            "select displayName as name, identifier from _writes inner join user_lists on user_lists.id = list_id"
            " where effective = 1"
        )
        made = self.store.execute("select displayName as name from user_lists")
        return Counter([*(f"{row['name']}/{row['identifier']}" for row in rows), *(row["name"] for row in made)])

    def weather(self) -> None:
        self.app.state.ads_account.settle()


class Meta(Sandbox):
    name = "meta"
    password = credentials.META_TOKEN
    extra: ClassVar = {"account": credentials.META_ACCOUNT}

    def __post_init__(self) -> None:
        self.app = meta.create_app(self.store, limits=False, update_seconds=0, minimum=0)

    def identifiers(self, key: int, way: int) -> Mapping[str, str]:
        return {"EMAIL": digest(key, way)}

    def member(self, key: int, way: int) -> str:
        return f"EMAIL={digest(key, way)}"

    def held(self) -> Things:
        rows = self.store.execute(
            "select name, member_key from members inner join audiences on audiences.id = audience_id"
        )
        return {f"{row['name']}/{row['member_key']}": "" for row in rows}

    def effects(self) -> Counter[str]:
        rows = self.store.execute(
            "select name, member_key from _writes inner join audiences on audiences.id = audience_id"
            " where effective = 1"
        )
        made = self.store.execute("select name from audiences")
        return Counter([*(f"{row['name']}/{row['member_key']}" for row in rows), *(row["name"] for row in made)])


class Lists(Sandbox):
    """Files: written whole, so that writing twice has no second effect by construction."""

    name = "lists"

    def connection(self) -> None:
        return None

    def identifiers(self, key: int, way: int) -> Mapping[str, str]:
        return {"companyName": f"Company {key} {way}", "companyWebsiteDomain": f"c{key}w{way}.example.com"}

    def member(self, key: int, way: int) -> str:
        return f"c{key}w{way}.example.com"

    def held(self) -> Things:
        found: Things = {}
        for path in (self.home / "lists").glob("*/linkedin*.csv"):
            with path.open(encoding="utf-8") as file:
                found |= {f"{path.parent.name}/{row['companywebsite']}": "" for row in csv.DictReader(file)}
        return found

    def effects(self) -> Counter[str]:
        return Counter()


SANDBOXES: Mapping[str, type[Sandbox]] = {one.name: one for one in (Salesforce, HubSpot, LinkedIn, Google, Meta, Lists)}
