"""Who may ask: versions, tokens, proofs, permissions, and the calls an hour; most errors with status 400."""

from __future__ import annotations

import hashlib
import hmac

import httpx
import orjson
import pytest

from abm_sandbox.credentials import META_ACCOUNT, META_APP_SECRET, META_TOKEN
from abm_sandbox.faults import Fault

from .conftest import AUDIENCE

LIST = f"/{META_ACCOUNT}/customaudiences"
PROOF = hmac.new(META_APP_SECRET.encode(), META_TOKEN.encode(), hashlib.sha256).hexdigest()


def _told(answer):
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


@pytest.mark.parametrize(("version", "code"), [("v23.0", 2635), ("v27.0", 2500), ("latest", 2500)])
def test_versions_out_of_support_are_refused(meta_url, version, code):
    answer = httpx.get(f"{meta_url}/{version}{LIST}", headers={"Authorization": f"Bearer {META_TOKEN}"})
    assert _told(answer) == (400, code, None)


@pytest.mark.parametrize("version", ["v24.0", "v25.0", "v26.0"])
def test_versions_in_support_answer(meta_url, version):
    headers = {"Authorization": f"Bearer {META_TOKEN}"}
    assert httpx.get(f"{meta_url}/{version}{LIST}", headers=headers).status_code == 200


def test_token_is_taken_as_bearer_in_the_query_and_in_the_form(meta_url, http):
    url = f"{meta_url}/v25.0{LIST}"
    assert http.get(LIST).status_code == 200
    assert httpx.get(url, params={"access_token": META_TOKEN}).status_code == 200
    assert httpx.post(url, data=AUDIENCE | {"access_token": META_TOKEN}).status_code == 200
    assert _told(httpx.get(url)) == (401, 2500, None)
    assert _told(httpx.post(url, data=AUDIENCE)) == (401, 2500, None)
    assert _told(httpx.get(url, params={"access_token": "other"})) == (401, 190, None)
    assert _told(httpx.post(url, data=AUDIENCE | {"access_token": "other"})) == (401, 190, None)


def test_expired_token_is_told_by_its_subcode(http, account, clock):
    account.tokens[META_TOKEN] = clock.now
    assert _told(http.get(LIST)) == (401, 190, 463)


@pytest.mark.parametrize(("proof", "status"), [(PROOF, 200), ("0" * 64, 400)])
def test_proof_is_checked_where_it_is_given(http, proof, status):
    assert http.get(LIST, params={"appsecret_proof": proof}).status_code == status


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"permission": "ads_read"}, (403, 200, None)),
        ({"has_terms": False}, (400, 200, 1870090)),
        ({"is_blocked": True}, (400, 368, None)),
    ],
)
def test_who_may_only_read_may_not_write(http, account, audience, write, change, told):
    vars(account).update(change)
    assert _told(http.post(LIST, data=AUDIENCE)) == told
    assert _told(write(1)) == told
    assert _told(http.delete(f"/{audience}")) == told
    assert http.get(LIST).status_code == 200


def test_calls_an_hour_are_told_and_past_them_refused_with_status_400(http, account, audience, clock):
    account.calls_an_hour = 20  # and 40 for the audience, one of them used to create it
    for _ in range(59):
        answer = http.get(LIST)
        assert answer.status_code == 200
    (usage,) = orjson.loads(answer.headers["x-business-use-case-usage"])["700000001"]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 0)
    refused = http.get(LIST)
    assert _told(refused) == (400, 80003, 2446079)
    (usage,) = orjson.loads(refused.headers["x-business-use-case-usage"])["700000001"]
    assert usage["estimated_time_to_regain_access"] == 61
    clock.now += 3600
    assert http.get(LIST).status_code == 200


def test_faults_can_lose_an_answer_after_the_work(sandbox, audience, write, held):
    sandbox.state.faults.append(Fault(path="/users", status=500, after_applying=True))
    assert write(1).status_code == 500
    assert len(held(audience)) == 1
