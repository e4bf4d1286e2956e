"""A small Meta ad account over real HTTP, with a clock that the test moves, and Meta's node specifications."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest

from abm_sandbox.credentials import META_ACCOUNT, META_TOKEN
from abm_sandbox.meta import create_app

SHARED_SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs" / "meta"
AUDIENCE = {"name": "ABM tier 1", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY"}
_PLAIN_TYPES = {"string": str, "int": int, "unsigned int": int, "float": float, "bool": bool}


@pytest.fixture
def meta_url(server, sandbox):
    return server[0]


@pytest.fixture
def sandbox(server, store, clock):
    server[1]["app"] = create_app(store, clock=clock, update_seconds=60, minimum=3)
    return server[1]["app"]


@pytest.fixture
def account(sandbox):
    return sandbox.state.ad_account


@pytest.fixture
def http(server, sandbox):
    headers = {"Authorization": f"Bearer {META_TOKEN}"}
    with httpx.Client(base_url=f"{server[0]}/v25.0", headers=headers) as client:
        yield client


@pytest.fixture
def audience(http):
    answer = http.post(f"/{META_ACCOUNT}/customaudiences", data=AUDIENCE)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


@pytest.fixture
def write(http, audience):
    """Send people to the audience, given by number, and return the answer."""

    def send(*numbers, method="POST", edge="users", session=None, **payload):
        payload = {"schema": "EMAIL_SHA256", "data": [digest(number) for number in numbers]} | payload
        body = {"payload": payload} | ({"session": session} if session else {})
        return http.request(method, f"/{audience}/{edge}", json=body)

    return send


@pytest.fixture
def held(store):
    """Return the keys of the members of an audience."""

    def keys(audience_id):
        rows = store.execute("select member_key from members where audience_id = ?", [audience_id])
        return {row["member_key"] for row in rows}

    return keys


@pytest.fixture(scope="session")
def specification():
    """Meta's node specifications beside the project; tests that use them carry the marker `outside`."""
    if not SHARED_SPECS.is_dir():
        pytest.skip("needs ../shared/specs, which is not part of the repository (licences)")
    return Specification(SHARED_SPECS)


def digest(number):
    return hashlib.sha256(f"person{number}@example.com".encode()).hexdigest()


@dataclass(frozen=True)
class Specification:
    """Meta's own list of fields, edges and enums by node."""

    folder: Path

    @cache  # noqa: B019 (one object a test run)
    def node(self, name):
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def edges(self, name):
        return {(api["method"], api.get("endpoint") or api["name"]) for api in self.node(name)["apis"]}

    def enum(self, name):
        return next(set(item["values"]) for item in self.node("enum_types") if item["name"] == name)

    def check(self, value, name):
        """Assert that each member of an object is a field of the node, and of its type."""
        fields = {field["name"]: field["type"] for field in self.node(name)["fields"]}
        for member, told in value.items():
            assert member in fields, f"{name} has no field {member}"
            self._check_type(told, fields[member], f"{name}.{member}")

    def _check_type(self, value, declared, where):
        if declared.startswith("list<"):
            assert isinstance(value, list), where
            for item in value:
                self._check_type(item, declared[5:-1], where)
        elif declared in _PLAIN_TYPES:
            assert type(value) is _PLAIN_TYPES[declared], f"{where} is {value!r}, not {declared}"
            assert declared != "unsigned int" or value >= 0, where
        elif self.node(declared) is not None:
            self.check(value, declared)
        else:
            raise AssertionError(f"{where} is a {declared}, of which there is no specification")
