"""A small LinkedIn ad account over real HTTP, with a clock that the test moves."""

from __future__ import annotations

import httpx
import pytest

from abm_sandbox.credentials import LINKEDIN_ACCOUNT, LINKEDIN_TOKEN
from abm_sandbox.linkedin import create_app

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


@pytest.fixture
def linkedin_url(server):
    return server[0]


@pytest.fixture
def serve_account(server, store, clock):
    def serve_with(**values):
        server[1]["app"] = create_app(store, clock=clock, **{"fresh_seconds": 5, "build_seconds": 60} | values)
        return server[1]["app"]

    return serve_with


@pytest.fixture
def sandbox(serve_account):
    return serve_account()


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
