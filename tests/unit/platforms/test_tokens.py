"""A token server that is busy or down says nothing of the credentials."""

from __future__ import annotations

import httpx
import pytest

from abm.errors import ConfigurationError, RetryableError
from abm.platforms.google_credentials import GoogleToken, RefreshToken
from abm.platforms.linkedin import MemberToken
from abm.platforms.salesforce import ClientCredentials


def answering(status: int) -> httpx.Client:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json={"error": "told"}))
    return httpx.Client(base_url="https://platform.example", transport=transport)


@pytest.fixture(params=["salesforce", "google", "linkedin"])
def authentication(request):
    return {
        "salesforce": ClientCredentials("key", "secret"),
        "google": GoogleToken(RefreshToken("client", "secret", "refresh")),
        "linkedin": MemberToken("", "refresh", "client", "secret"),
    }[request.param]


@pytest.mark.parametrize(("status", "wait"), [(429, 60), (500, None), (503, None)])
def test_busy_token_server_is_asked_again(authentication, status, wait):
    with pytest.raises(RetryableError, match=f"no token .status {status}") as told:
        authentication.headers(answering(status))
    assert told.value.retry_after == wait


@pytest.mark.parametrize("status", [400, 401])
def test_refused_credentials_are_for_a_person(authentication, status):
    with pytest.raises(ConfigurationError, match="told"):
        authentication.headers(answering(status))
