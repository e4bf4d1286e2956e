"""Who may ask: tokens by refresh and by signed assertion, roles, and the quotas of a minute and a day."""

from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from abm_sandbox.credentials import GOOGLE_ACCOUNT, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GOOGLE_REFRESH_TOKEN
from abm_sandbox.google.gate import quotas

LISTS = f"/v1/accountTypes/GOOGLE_ADS/accounts/{GOOGLE_ACCOUNT}/userLists"
REFRESH = {
    "grant_type": "refresh_token",
    "refresh_token": GOOGLE_REFRESH_TOKEN,
    "client_id": GOOGLE_CLIENT_ID,
    "client_secret": GOOGLE_CLIENT_SECRET,
}
SCOPE = "https://www.googleapis.com/auth/datamanager"


OWN_KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def test_call_without_a_token_or_with_an_old_one_is_refused(http, clock):
    for header in ("", "Bearer other"):
        answer = http.get(LISTS, headers={"Authorization": header})
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    clock.now += 3600
    assert http.get(LISTS).json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_EXPIRED"


def test_refresh_token_gives_an_access_token(http):
    told = http.post("/token", data=REFRESH).json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 3600, SCOPE)
    assert http.get(LISTS, headers={"Authorization": f"Bearer {told['access_token']}"}).status_code == 200


@pytest.mark.parametrize(
    ("values", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"refresh_token": "other"}, 400, "invalid_grant"),
    ],
)
def test_other_credentials_give_none(http, values, status, error):
    answer = http.post("/token", data=REFRESH | values)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"scope": "https://www.googleapis.com/auth/adwords"}, 400),
        ({"aud": "https://elsewhere.example/token"}, 400),
        ({"iss": "other@example.com"}, 400),
        ({"exp": 0}, 400),
    ],
)
def test_assertion_counts_by_signature_audience_scope_and_time(http, google_url, account, clock, changed, status):
    public = OWN_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    account.service_accounts["robot@example.com"] = public.decode()
    claims = {
        "iss": "robot@example.com",
        "scope": SCOPE,
        "aud": f"{google_url}/token",
        "iat": int(clock.now),
        "exp": int(clock.now) + 3600,
    }
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}
    answer = http.post("/token", data=form | {"assertion": jwt.encode(claims | changed, OWN_KEY, "RS256")})
    assert answer.status_code == status
    assert http.post("/token", data=form | {"assertion": jwt.encode(claims, OTHER_KEY, "RS256")}).status_code == 400


def test_reader_may_look_and_not_write(http, account):
    account.role = "READ_ONLY"
    assert http.get(LISTS).status_code == 200
    body = {"displayName": "A", "ingestedUserListInfo": {"uploadKeyTypes": ["CONTACT_ID"]}}
    assert http.post(LISTS, json=body).json()["error"]["status"] == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("mutate", "POST", "/v1/audienceMembers:ingest"),
        ("read", "GET", "/v1/requestStatus:retrieve"),
        ("other", "GET", LISTS),
    ],
)
def test_spent_quota_is_named_and_comes_back(http, sandbox, clock, kind, method, path):
    minute, day = sandbox.state.quotas[kind]
    minute.sent.extend([clock.now] * minute.most)
    answer = http.request(method, path, json={} if method == "POST" else None)
    assert (answer.status_code, answer.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert answer.json()["error"]["details"][0]["metadata"]["quota_limit"] == minute.name
    clock.now += 60
    assert http.request(method, path, json={} if method == "POST" else None).status_code != 429
    day.sent.extend([clock.now] * day.most)
    answer = http.request(method, path, json={} if method == "POST" else None)
    assert answer.json()["error"]["details"][0]["metadata"]["quota_limit"] == day.name
    assert "PerDay" in day.name


def test_quotas_are_the_documented_ones_and_can_be_switched_off(http, clock, serve_app):
    assert [(quota.most, quota.seconds) for kept in quotas().values() for quota in kept] == [
        (300, 60.0), (100_000, 86_400.0), (300, 60.0), (100_000, 86_400.0), (300, 60.0), (50_000, 86_400.0),
    ]  # fmt: skip
    app = serve_app(limits=False)
    app.state.quotas["other"][0].sent.extend([clock.now] * 300)
    token = app.state.ads_account.open_token()
    assert http.get(LISTS, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_unknown_address_answers_in_googles_shape(http):
    assert http.get("/v2/elsewhere").json()["error"]["status"] == "NOT_FOUND"
