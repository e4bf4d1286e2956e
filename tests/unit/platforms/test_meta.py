"""Meta's errors by code, and a client that keeps to the usage Meta tells."""

from __future__ import annotations

import json

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import ConfigurationError, RefusedError, RetryableError
from abm.platforms.meta import body_of, classify, open_client, proof
from abm.platforms.meta_usage import WINDOW, regain_seconds, told
from abm.rates import Limiter
from abm.rates.stores import InProcess
from abm.rates.windows import LONGEST_PACE, UNTOLD_SECONDS
from abm.settings import Connection
from abm_sandbox.meta.errors import ERRORS

CONNECTION = Connection("abm_meta", "http://meta.test", "", "token", {})
RETRIED = {"unknown", "service", "app_limit", "user_limit", "call_rate", "audience_limit", "management_limit"} | {
    "insights_limit"
}
A_PERSON = {
    "no_token",
    "token",
    "token_expired",
    "password_changed",
    "no_capability",
    "no_permission",
    "no_extended",
    "no_write",
} | {
    "blocked",
    "terms",
    "terms_older",
    "old_version",
}


def _answer(name, headers=None, status=None):
    error = ERRORS[name]
    return httpx.Response(status or error.status, json=error.body(), headers=headers or {})


def _usage(**values):
    entry = {"type": "custom_audience", "call_count": 1, "total_cputime": 1, "total_time": 1} | values
    return {"X-Business-Use-Case-Usage": orjson.dumps({"1": [entry]}).decode()}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("status", [None, 200, 403], ids=["documented status", "200", "403"])
def test_every_error_of_the_contract_tells_what_to_do_next_whatever_its_status(name, status):
    expected = RetryableError if name in RETRIED else ConfigurationError if name in A_PERSON else RefusedError
    error = classify(_answer(name, status=status))
    assert type(error) is expected
    assert str(ERRORS[name].code) in str(error)


@pytest.mark.parametrize(
    ("name", "headers", "seconds"),
    [
        ("audience_limit", _usage(estimated_time_to_regain_access=17), 1020),
        ("audience_limit", {}, 300),
        ("app_limit", {}, 3600),
        ("user_limit", {}, 60),
        ("call_rate", _usage(estimated_time_to_regain_access=5), 300),
        ("service", {}, None),
    ],
)
def test_throttling_waits_as_long_as_meta_says(name, headers, seconds):
    assert classify(_answer(name, headers)).retry_after == seconds


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (httpx.Response(502, text="<html>"), RetryableError),
        (httpx.Response(429), RetryableError),
        (httpx.Response(401), ConfigurationError),
        (httpx.Response(404, text="<html>"), RefusedError),
        (httpx.Response(500, json={"error": {"code": 99999, "message": "?"}}), RetryableError),
        (httpx.Response(400, json={"error": {"code": 99999, "is_transient": True}}), RetryableError),
        (httpx.Response(400, json={"error": {"code": 99999}}), RefusedError),
        (httpx.Response(400, json={"error": "text"}), RefusedError),
        (httpx.Response(400, json=[1]), RefusedError),
    ],
)
def test_answers_without_a_known_code_are_told_by_their_status(response, expected):
    assert type(classify(response)) is expected


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner))
)
def test_no_body_breaks_the_reading_of_an_error(body):
    for content in (body, {"error": body}, {"error": {"code": body, "error_subcode": body, "message": body}}):
        classify(httpx.Response(400, content=json.dumps(content)))


def test_error_in_a_success_is_raised():
    with pytest.raises(RefusedError, match="100/33"):
        body_of(httpx.Response(200, json={"error": {"code": 100, "error_subcode": 33, "message": "gone"}}))


def test_metas_words_are_told_and_cut():
    told = "You cannot remove users from this audience because it will result in a low audience size."
    assert str(classify(_answer("removal_too_small"))) == f"Meta answered 200/1870047: {told}"
    long = httpx.Response(400, json={"error": {"code": 100, "message": "x" * 9000}})
    assert len(str(classify(long))) < 300


def test_proof_is_of_the_app_and_the_token():
    assert proof(CONNECTION) == {}
    assert proof(Connection("abm_meta", "", "", "t", {"app_secret": "s"})) == {
        "appsecret_proof": "61f074c3fcd0a129debe8f2b1c6f66d8824d615cf8397cc192eb58a8b0367889"
    }


class Clock:
    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def usage(clock):
    return Limiter("meta", [WINDOW], InProcess(clock), clock, clock.sleep)


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, 0),
        (_usage(call_count=75), 0),
        (_usage(call_count=80), LONGEST_PACE / 5),
        (_usage(total_time=95), LONGEST_PACE * 0.8),
        ({"X-App-Usage": '{"call_count":85,"total_cputime":0,"total_time":1}'}, LONGEST_PACE * 0.4),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct":90.0,"reset_time_duration":9}'}, LONGEST_PACE * 0.6),
        ({"X-App-Usage": "none", "X-Business-Use-Case-Usage": '{"1":5}'}, 0),
    ],
)
def test_calls_slow_down_above_three_quarters_of_the_hour(usage, clock, headers, pause):
    usage.note(told(headers))
    usage.take()
    assert sum(clock.slept) == pytest.approx(pause)


def test_short_stop_is_waited_for_and_a_long_one_ends_the_run(usage, clock):
    usage.note(told(_usage(call_count=100, estimated_time_to_regain_access=2)))
    usage.take()
    assert clock.slept == [120]
    usage.note(told(_usage(call_count=100, estimated_time_to_regain_access=30)))
    with pytest.raises(RetryableError, match="30 minutes") as error:
        usage.take()
    assert (error.value.code, error.value.retry_after) == ("RATE_LIMIT", 1800)
    clock.now += 1800
    usage.note(told(_usage(call_count=3)))
    usage.take()
    assert clock.slept == [120]


def test_limit_without_a_time_is_waited_for_by_a_time_of_our_own(usage):
    usage.note(told(_usage(call_count=100)))
    with pytest.raises(RetryableError) as error:
        usage.take()
    assert error.value.retry_after == UNTOLD_SECONDS


def test_account_limit_resets_when_it_says(usage):
    assert regain_seconds({"X-Ad-Account-Usage": '{"acc_id_util_pct":100,"reset_time_duration":900}'}) == 900
    assert regain_seconds({"X-Ad-Account-Usage": '{"acc_id_util_pct":50,"reset_time_duration":900}'}) == 0


def test_client_stops_asking_when_an_answer_told_that_the_hour_is_used_up():
    asked = []

    def answer(request):
        asked.append(request.url.path)
        return httpx.Response(
            200, json={"data": []}, headers=_usage(call_count=100, estimated_time_to_regain_access=40)
        )

    client = open_client(CONNECTION, httpx.MockTransport(answer))
    client.request("GET", "/act_1/customaudiences")
    with pytest.raises(RetryableError, match="40 minutes"):
        client.request("GET", "/act_1/customaudiences")
    client.close()
    assert asked == ["/v25.0/act_1/customaudiences"]
