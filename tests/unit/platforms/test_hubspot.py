"""What each of HubSpot's answers asks of the caller."""

from __future__ import annotations

import httpx
import pytest

from abm.errors import ConfigurationError, ContractError, RefusedError, RetryableError
from abm.platforms.hubspot import Paths, body_of, classify, code_and_reason, open_client
from abm.settings import Connection


def _answer(status, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=headers)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (_answer(429, {"policyName": "SECONDLY"}), 1),
        (_answer(429, {"message": "You have reached your secondly limit."}), 1),
        (_answer(429, {"policyName": "TEN_SECONDLY_ROLLING"}), 10),
        (_answer(429, {"message": "You have reached your ten_secondly_rolling limit."}), 10),
        (_answer(429, {"policyName": "DAILY"}), 86400),
        (_answer(429, {"message": "You have reached your daily limit."}), 86400),
        (_answer(429, ["not an object"]), 10),
        (_answer(429, Retry_After="7"), 7),
        (_answer(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), 10),
        (_answer(423, {"message": "locked"}), 2),
        (_answer(477, Retry_After="3600"), 3600),
        (_answer(502), None),
        (httpx.Response(521, text="<html>"), None),
    ],
)
def test_passing_faults_say_how_long_to_wait(answer, seconds):
    error = classify(answer)
    assert isinstance(error, RetryableError)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_and_scopes_are_for_a_person(status):
    error = classify(_answer(status, {"category": "MISSING_SCOPES"}))
    assert isinstance(error, ConfigurationError)
    assert "MISSING_SCOPES" in str(error)


@pytest.mark.parametrize(("status", "code"), [(400, "VALIDATION_ERROR"), (404, "OBJECT_NOT_FOUND"), (409, "CONFLICT")])
def test_refusals_carry_category_and_status(status, code):
    error = classify(_answer(status, {"category": code, "message": "No."}))
    assert isinstance(error, RefusedError)
    assert (error.code, error.status, str(error)) == (code, status, "No.")


def test_values_quoted_by_hubspot_stay_out_of_reasons():
    error = {
        "category": "VALIDATION_ERROR",
        "message": "Email address someone@example.com is invalid",
        "errors": [{"message": "someone@example.com", "code": "INVALID_EMAIL", "context": {"propertyName": ["email"]}}],
    }
    assert code_and_reason(error) == ("INVALID_EMAIL", "INVALID_EMAIL of property email")


@pytest.mark.parametrize("details", [None, "text", [{}], ["text"], [{"code": "X", "context": None}]])
def test_error_details_in_any_shape_fall_back_to_the_category(details):
    assert code_and_reason({"category": "C", "message": "M", "errors": details}) == ("C", "M")


def test_reasons_fit_their_column():
    assert len(code_and_reason({"message": "x" * 1000})[1]) == 255


def test_paths_follow_the_version():
    assert Paths("2026-09").objects("companies") == "/crm/objects/2026-09/companies"
    assert Paths("v3").properties("companies") == "/crm/v3/properties/companies"
    assert Paths("v3").associations("deals", "companies") == "/crm/v4/associations/deals/companies"
    assert Paths("2026-03").owners == "/crm/owners/2026-03"


def test_rates_come_from_the_connection():
    unlimited = Connection("abm_hubspot", password="t", extra={"burst_requests": "0"})
    assert open_client(unlimited).limiter.windows == ()
    usual, larger = (Connection("abm_hubspot", password="t", extra=extra) for extra in ({}, {"burst_requests": "150"}))
    told = [[(one.requests, one.is_assumed) for one in open_client(each).limiter.windows] for each in (usual, larger)]
    assert told == [[(100, True), (250_000, True), (5, False)], [(150, False), (250_000, True), (5, False)]]
    with pytest.raises(ConfigurationError, match="burst_requests"):
        open_client(Connection("abm_hubspot", password="t", extra={"burst_requests": "many"}))


@pytest.mark.parametrize("text", ["", "<html>", "[]"])
def test_success_without_an_object_breaks_the_contract(text):
    with pytest.raises(ContractError, match="not a JSON object"):
        body_of(httpx.Response(200, text=text))
