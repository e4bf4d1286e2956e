"""What each answer of Salesforce asks of the caller, and how a bulk job is waited for."""

from __future__ import annotations

import httpx
import pytest

from abm.errors import ConfigurationError, ContractError, RefusedError, RetryableError
from abm.platforms.salesforce import classify, open_client
from abm.platforms.salesforce_bulk import BulkJobs
from abm.settings import Connection

TOKEN = {"access_token": "00D!x", "id": "https://login.salesforce.com/id/00D/005000000000001AAA"}


def error(status, code, message="told"):
    return httpx.Response(status, json=[{"errorCode": code, "message": message}])


def org(answer, *, attempts=1):
    """Return a client of an org that gives a token and then answers by the function."""

    def respond(request):
        return httpx.Response(200, json=TOKEN) if request.url.path.endswith("/token") else answer(request)

    client = open_client(
        Connection("abm_salesforce", "https://acme.example", "key", "secret"), httpx.MockTransport(respond)
    )
    client.attempts = attempts
    return client


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (error(400, "UNABLE_TO_LOCK_ROW"), RetryableError),
        (error(500, "UNKNOWN_EXCEPTION"), RetryableError),
        (error(503, "SERVER_UNAVAILABLE"), RetryableError),
        (error(403, "REQUEST_LIMIT_EXCEEDED"), RetryableError),
        (error(403, "API_DISABLED_FOR_ORG"), ConfigurationError),
        (error(401, "INVALID_AUTH_HEADER"), ConfigurationError),
        (error(400, "MALFORMED_QUERY"), RefusedError),
        (error(404, "NOT_FOUND"), RefusedError),
        (httpx.Response(400, text="<html>"), RefusedError),
        (httpx.Response(502, text="<html>"), RetryableError),
        (httpx.Response(400, json=[]), RefusedError),
    ],
)
def test_error_answer_tells_what_to_do_next(response, kind):
    assert isinstance(classify(response), kind)


def test_day_limit_is_left_for_a_later_run_and_concurrent_limit_is_not():
    day = classify(error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    now = classify(error(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."))
    assert day.retry_after > 3600
    assert now.retry_after < 60


def test_token_answer_without_a_token_is_told():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>log in</html>"))
    client = open_client(Connection("abm_salesforce", "https://acme.example", "key", "secret"), transport)
    with pytest.raises(ContractError, match="My Domain"):
        client.request("GET", "/services/data")


def test_token_server_that_is_down_is_retried():
    transport = httpx.MockTransport(lambda _: httpx.Response(503))
    client = open_client(Connection("abm_salesforce", "https://acme.example", "key", "secret"), transport)
    client.attempts = 1
    with pytest.raises(RetryableError, match="no token"):
        client.request("GET", "/services/data")


def test_second_expired_answer_is_a_fault_of_configuration():
    client = org(lambda _: error(401, "INVALID_SESSION_ID"))
    with pytest.raises(ConfigurationError, match="INVALID_SESSION_ID"):
        client.request("GET", "/services/data")


def test_host_is_needed():
    with pytest.raises(ConfigurationError, match="has no host"):
        open_client(Connection("abm_salesforce"))


def test_secrets_are_not_told():
    client = org(lambda _: error(400, "MALFORMED_QUERY"))
    assert "secret" not in repr(client)


def test_job_is_looked_at_ever_more_seldom():
    states = iter(["UploadComplete", *["InProgress"] * 20, "JobComplete"])
    waits = []
    client = org(lambda _: httpx.Response(200, json={"state": next(states)}))
    assert BulkJobs(client, "query", waits.append).wait("750")["state"] == "JobComplete"
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.05, 10.0)


def test_job_that_does_not_end_is_given_up_and_can_be_repeated():
    waits = []
    client = org(lambda _: httpx.Response(200, json={"state": "InProgress"}))
    with pytest.raises(RetryableError, match="did not end within an hour"):
        BulkJobs(client, "ingest", waits.append).wait("750")
    assert 3600 <= sum(waits) < 3700


def test_job_without_an_id_is_told():
    with pytest.raises(ContractError):
        BulkJobs(org(lambda _: httpx.Response(200, json={})), "ingest").create({})
