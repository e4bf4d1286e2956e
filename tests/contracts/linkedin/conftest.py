"""A small LinkedIn ad account over real HTTP, with a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest

from abm_sandbox.credentials import LINKEDIN_ACCOUNT, LINKEDIN_TOKEN
from abm_sandbox.linkedin import create_app
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

HEADERS = {
    "Authorization": f"Bearer {LINKEDIN_TOKEN}",
    "LinkedIn-Version": "202608",
    "X-Restli-Protocol-Version": "2.0.0",
}
SEGMENT = {
    "name": "ABM tier 1",
    "sourcePlatform": "DIRECT_API",
    "sourceSegmentId": "abm-tier-1",
    "account": LINKEDIN_ACCOUNT,
    "accessPolicy": "PRIVATE",
    "type": "COMPANY",
    "destinations": [{"destination": "LINKEDIN"}],
}


@dataclass
class Clock:
    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store():
    store = Store()
    yield store
    store.close()


@pytest.fixture(scope="session")
def _server():
    """One server for all tests, since stopping one takes longer than most of them; each test gives it its account."""
    current = {}

    async def account(scope, receive, send):
        await current["app"](scope, receive, send)

    with serve(account) as url:
        yield url, current


@pytest.fixture
def linkedin_url(_server):
    return _server[0]


@pytest.fixture
def sandbox(_server, store, clock):
    _server[1]["app"] = create_app(store, clock=clock, fresh_seconds=5, build_seconds=60)
    return _server[1]["app"]


@pytest.fixture
def http(linkedin_url, sandbox):
    with httpx.Client(base_url=f"{linkedin_url}/rest", headers=HEADERS) as client:
        yield client


@pytest.fixture
def make_segment(http):
    def make(**values):
        answer = http.post("/dmpSegments", json=SEGMENT | values)
        assert answer.status_code == 201, answer.text
        return answer.headers["x-restli-id"]

    return make


@pytest.fixture
def segment(make_segment, clock):
    """A segment that is old enough to take members."""
    segment_id = make_segment()
    clock.now += 5
    return segment_id


@pytest.fixture
def stream(http):
    def send(segment_id, *elements, resource="companies"):
        return http.post(
            f"/dmpSegments/{segment_id}/{resource}",
            json={"elements": elements},
            headers={"X-RestLi-Method": "BATCH_CREATE"},
        )

    return send
