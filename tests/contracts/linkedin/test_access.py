"""Who may ask: tokens, versions, protocol, roles, and the rate a minute; every error in LinkedIn's shape."""

from __future__ import annotations

import pytest

from abm_sandbox.credentials import (
    LINKEDIN_ACCOUNT,
    LINKEDIN_CLIENT_ID,
    LINKEDIN_CLIENT_SECRET,
    LINKEDIN_REFRESH_TOKEN,
)
from abm_sandbox.faults import Fault
from abm_sandbox.linkedin import create_app
from abm_sandbox.linkedin.gate import STREAMING_REQUESTS, Minute

PARAMS = {"q": "account", "account": LINKEDIN_ACCOUNT}
REFRESH = {
    "grant_type": "refresh_token",
    "refresh_token": LINKEDIN_REFRESH_TOKEN,
    "client_id": LINKEDIN_CLIENT_ID,
    "client_secret": LINKEDIN_CLIENT_SECRET,
}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": ""}, 401, "EMPTY_ACCESS_TOKEN"),
        ({"Authorization": "Bearer other"}, 401, "REVOKED_ACCESS_TOKEN"),
        ({"LinkedIn-Version": ""}, 400, "VERSION_MISSING"),
        ({"LinkedIn-Version": "2026-08"}, 400, "INVALID_VERSION"),
        ({"LinkedIn-Version": "209901"}, 400, "INVALID_VERSION"),
        ({"LinkedIn-Version": "202511"}, 426, "NONEXISTENT_VERSION"),
        ({"X-Restli-Protocol-Version": "1.0.0"}, 400, "INVALID_PROTOCOL_VERSION"),
    ],
)
def test_call_without_what_it_needs_is_refused(http, headers, status, code):
    answer = http.get("/dmpSegments", params=PARAMS, headers=headers)
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert answer.json()["message"]


def test_oldest_version_in_support_still_answers(http):
    assert http.get("/dmpSegments", params=PARAMS, headers={"LinkedIn-Version": "202512"}).status_code == 200


def test_other_accounts_and_viewers_writes_are_forbidden(http, sandbox, segment, stream):
    other = http.get("/dmpSegments", params=PARAMS | {"account": "urn:li:sponsoredAccount:1"})
    assert (other.status_code, other.json()["serviceErrorCode"]) == (403, 100)
    sandbox.state.ad_account.role = "VIEWER"
    assert stream(segment, {"action": "ADD", "companyName": "A"}).status_code == 403
    assert http.get("/dmpSegments", params=PARAMS).status_code == 200


def test_rate_is_counted_a_minute_and_told_without_retry_after(http, sandbox, segment, stream, clock):
    for _ in range(STREAMING_REQUESTS["companies"]):
        assert stream(segment).status_code == 200
    answer = stream(segment)
    assert answer.status_code == 429
    assert answer.json() == {
        "status": 429,
        "serviceErrorCode": 101,
        "code": "TOO_MANY_REQUESTS",
        "message": "Resource level throttle limit for calls to this resource is reached.",
    }
    assert "retry-after" not in answer.headers
    clock.now += 60
    assert stream(segment).status_code == 200


def test_users_have_a_rate_of_their_own_and_it_can_be_switched_off(store):
    minute = Minute(STREAMING_REQUESTS["users"])
    assert [minute.take(0.0) for _ in range(601)] == [True] * 600 + [False]
    (gate,) = [item for item in create_app(store, limits=False).user_middleware if "limits" in item.kwargs]
    assert gate.kwargs == {"limits": False}


def test_refresh_gives_a_token_that_works_until_it_expires(http, linkedin_url, clock):
    answer = http.post(f"{linkedin_url}/oauth/v2/accessToken", data=REFRESH).json()
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert http.get("/dmpSegments", params=PARAMS, headers=bearer).status_code == 200
    clock.now += answer["expires_in"]
    expired = http.get("/dmpSegments", params=PARAMS, headers=bearer)
    assert (expired.status_code, expired.json()["serviceErrorCode"]) == (401, 65602)


@pytest.mark.parametrize(
    ("values", "status", "error"),
    [
        ({"refresh_token": "other"}, 400, "invalid_grant"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_refresh_with_wrong_credentials_is_refused(http, linkedin_url, values, status, error):
    answer = http.post(f"{linkedin_url}/oauth/v2/accessToken", data=REFRESH | values)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_unknown_paths_and_methods_answer_in_linkedins_shape(http):
    assert http.get("/elsewhere").json()["code"] == "RESOURCE_NOT_FOUND"
    assert http.put("/dmpSegments", json={}).json()["code"] == "METHOD_NOT_ALLOWED"


def test_faults_can_lose_an_answer_after_the_work(http, sandbox, segment, stream, store):
    sandbox.state.faults.append(Fault(path="/companies", status=503, after_applying=True))
    assert stream(segment, {"action": "ADD", "companyName": "A"}).status_code == 503
    assert store.execute("select count(*) as n from members")[0]["n"] == 1
