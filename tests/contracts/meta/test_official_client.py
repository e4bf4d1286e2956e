"""Meta's own Python client, unchanged but for its host, works against the sandbox."""

from __future__ import annotations

import pytest
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.customaudience import CustomAudience
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from abm_sandbox.credentials import META_ACCOUNT, META_APP_SECRET, META_TOKEN

from .conftest import AUDIENCE, digest

SESSION = {"session_id": 42, "batch_seq": 1, "last_batch_flag": True}


@pytest.fixture
def api(meta_url):
    session = FacebookSession(app_id="1", app_secret=META_APP_SECRET, access_token=META_TOKEN)
    session.GRAPH = meta_url
    yield FacebookAdsApi(session)
    session.requests.close()


def _payload(*numbers):
    return {"schema": ["EMAIL"], "data": [[digest(number)] for number in numbers]}


def test_client_creates_fills_reads_empties_and_deletes(api, account, held):
    account.minimum = 0
    made = AdAccount(META_ACCOUNT, api=api).create_custom_audience(params=AUDIENCE)
    audience = CustomAudience(made["id"], api=api)
    answer = audience.create_user(params={"payload": _payload(1, 2, 3), "session": SESSION})
    assert (answer["session_id"], answer["num_received"]) == ("42", 3)
    audience.delete_users(params={"payload": _payload(1)})
    assert held(made["id"]) == {f"EMAIL={digest(number)}" for number in (2, 3)}
    audience.create_users_replace(params={"payload": _payload(4), "session": SESSION | {"session_id": 43}})
    assert held(made["id"]) == {f"EMAIL={digest(4)}"}
    listed = AdAccount(META_ACCOUNT, api=api).get_custom_audiences(fields=["name", "operation_status"])
    assert [element["name"] for element in listed] == [AUDIENCE["name"]]
    assert [session["session_id"] for session in audience.get_sessions()] == ["42", "43"]
    audience.api_delete()
    with pytest.raises(FacebookRequestError) as error:
        audience.api_get(fields=["name"])
    assert (error.value.api_error_code(), error.value.api_error_subcode()) == (100, 33)


def test_clients_own_helpers_add_and_remove(api, account, audience, held):
    account.minimum = 0
    ours = CustomAudience(audience, api=api)
    ours.add_users(schema=CustomAudience.Schema.email_hash, users=["person1@example.com", "person2@example.com"])
    ours.remove_users(schema=CustomAudience.Schema.email_hash, users=["person2@example.com"])
    assert held(audience) == {f"EMAIL={digest(1)}"}
