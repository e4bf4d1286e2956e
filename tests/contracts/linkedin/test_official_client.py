"""LinkedIn's own Python client, unchanged but for its host, works against the sandbox."""

from __future__ import annotations

import linkedin_api.common.constants as hosts
import pytest
from linkedin_api.clients.auth.client import AuthClient
from linkedin_api.clients.restli.client import RestliClient

from abm_sandbox.credentials import (
    LINKEDIN_ACCOUNT,
    LINKEDIN_CLIENT_ID,
    LINKEDIN_CLIENT_SECRET,
    LINKEDIN_REFRESH_TOKEN,
    LINKEDIN_TOKEN,
)

CALL = {"access_token": LINKEDIN_TOKEN, "version_string": "202608"}
ONE = "/dmpSegments/{id}"


@pytest.fixture
def client(linkedin_url, sandbox, monkeypatch):
    monkeypatch.setattr(hosts, "VERSIONED_BASE_URL", f"{linkedin_url}/rest")
    monkeypatch.setattr(hosts, "OAUTH_BASE_URL", f"{linkedin_url}/oauth/v2")
    client = RestliClient()
    yield client
    client.session.close()


def test_client_creates_finds_fills_renames_and_deletes(client, clock, store):
    entity = {
        "name": "ABM",
        "type": "COMPANY",
        "account": LINKEDIN_ACCOUNT,
        "sourcePlatform": "DIRECT_API",
        "sourceSegmentId": "abm",
        "destinations": [{"destination": "LINKEDIN"}],
    }
    made = client.create(resource_path="/dmpSegments", entity=entity, **CALL)
    assert made.status_code == 201
    key = {"id": int(made.entity_id)}
    clock.now += 5
    streamed = client.batch_create(
        resource_path=f"{ONE}/companies",
        path_keys=key,
        entities=[{"action": "ADD", "companyName": "Acme"}, {"action": "ADD"}],
        **CALL,
    )
    assert [element.status for element in streamed.elements] == [201, 400]
    assert streamed.elements[1].error["code"] == "MISSING_FIELD"
    found = client.finder(
        resource_path="/dmpSegments",
        finder_name="account",
        query_params={"account": LINKEDIN_ACCOUNT, "sourceSegmentId": "abm", "start": 0, "count": 10},
        **CALL,
    )
    assert ([element["id"] for element in found.elements], found.paging.total) == ([made.entity_id], 1)
    client.partial_update(resource_path=ONE, path_keys=key, patch_set_object={"name": "Renamed"}, **CALL)
    assert client.get(resource_path=ONE, path_keys=key, **CALL).entity["name"] == "Renamed"
    assert client.delete(resource_path=ONE, path_keys=key, **CALL).status_code == 204
    assert store.execute("select count(*) as n from members")[0]["n"] == 0


def test_auth_client_refreshes(client):
    auth = AuthClient(client_id=LINKEDIN_CLIENT_ID, client_secret=LINKEDIN_CLIENT_SECRET)
    answer = auth.exchange_refresh_token_for_access_token(LINKEDIN_REFRESH_TOKEN)
    found = client.finder(
        resource_path="/dmpSegments",
        finder_name="account",
        query_params={"account": LINKEDIN_ACCOUNT},
        access_token=answer.access_token,
        version_string="202608",
    )
    assert (found.status_code, found.elements) == (200, [])
