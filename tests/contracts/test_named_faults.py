"""Every error that a contract lists can be injected by its name, and the product knows what to do about each."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from abm.destinations import Change
from abm.destinations.google.answers import read_status
from abm.destinations.hubspot.answers import read_answer
from abm.destinations.linkedin.answers import read_element
from abm.destinations.salesforce.answers import Answer as RowAnswer
from abm.destinations.salesforce.answers import from_bulk_error
from abm.errors import ConfigurationError, RefusedError, RetryableError
from abm.settings import Connection
from abm_sandbox import credentials, google, hubspot, linkedin, meta, salesforce
from abm_sandbox.faults import Fault
from abm_sandbox.google.faults import PROCESSING_ERRORS
from abm_sandbox.hubspot.faults import ROW_ERRORS as HUBSPOT_ROWS
from abm_sandbox.linkedin.faults import ELEMENT_ERRORS
from abm_sandbox.meta.faults import MINUTES_TO_WAIT
from abm_sandbox.salesforce.faults import ROW_ERRORS as SALESFORCE_ROWS
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RETRY, REFUSE, CONFIGURE, RENEW = RetryableError, RefusedError, ConfigurationError, "renew"
DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
# What the contracts say to do, and how long to wait where they say that.
EXPECTED: dict[str, dict[str, Any]] = {
    "salesforce": {
        "session_expired": RENEW,
        "auth_header": CONFIGURE,
        "day_limit": (RETRY, DAY),
        "concurrent_limit": (RETRY, 10.0),
        "access": CONFIGURE,
        "api_disabled": CONFIGURE,
        **dict.fromkeys(("field", "type", "query", "locator", "parser", "duplicate", "not_found"), REFUSE),
        **dict.fromkeys(("uri", "headers"), REFUSE),
        **dict.fromkeys(("row_lock", "unknown", "unavailable"), RETRY),
    },
    "hubspot": {
        **dict.fromkeys(("invalid", "not_found", "conflict", "uri"), REFUSE),
        "authentication": RENEW,
        "token_expired": RENEW,
        "scopes": CONFIGURE,
        "locked": (RETRY, 2.0),
        "secondly": (RETRY, 1.0),
        "rolling": (RETRY, 10.0),
        "daily": (RETRY, DAY),
        "recorded_limit": (RETRY, 1.0),
        "migration": (RETRY, HOUR),
        **{f"server_{status}": RETRY for status in (500, 502, 503, 504, 521, 523, 524)},
    },
    "linkedin": {
        **dict.fromkeys(("field", "not_found", "uri"), REFUSE),
        "token_revoked": RENEW,
        "token_expired": RENEW,
        **dict.fromkeys(("access", "version_retired", "version_missing"), CONFIGURE),
        **dict.fromkeys(("timeout", "concurrent_edit", "locked"), RETRY),
        "throttled": (RETRY, MINUTE),
        "metric_limit": (RETRY, MINUTE),
        **{f"server_{status}": RETRY for status in (500, 502, 503, 504)},
    },
    "google": {
        **dict.fromkeys(("argument", "member", "not_found", "too_old", "list_id", "list_type"), REFUSE),
        **dict.fromkeys(("data_types", "reference", "destinations"), REFUSE),
        "token_expired": RENEW,
        **dict.fromkeys(("permission", "terms", "declaration"), CONFIGURE),
        "minute_limit": (RETRY, MINUTE),
        "day_limit": (RETRY, DAY),
        **dict.fromkeys(("aborted", "internal", "unavailable", "deadline"), RETRY),
    },
    "meta": {
        "unknown": RETRY,
        "service": RETRY,
        "app_limit": (RETRY, HOUR),
        "user_limit": (RETRY, MINUTE),
        "call_rate": (RETRY, MINUTE),
        **dict.fromkeys(("audience_limit", "management_limit", "insights_limit"), (RETRY, MINUTES_TO_WAIT * MINUTE)),
        **dict.fromkeys(("no_token", "token", "token_expired", "password_changed"), CONFIGURE),
        **dict.fromkeys(("no_capability", "no_permission", "no_extended", "no_write"), CONFIGURE),
        **dict.fromkeys(("blocked", "terms", "terms_older", "old_version"), CONFIGURE),
        **dict.fromkeys(("proof", "flagged", "mismatch", "too_many", "update_failed", "removal_too_small"), REFUSE),
        **dict.fromkeys(("not_shared", "deleted", "unknown_path"), REFUSE),
    },
}
OF_TOKENS = {
    "salesforce": {"invalid_grant", "invalid_client_id", "invalid_client", "unsupported_grant"},
    "linkedin": {"invalid_grant"},
    "google": {"invalid_grant"},
}
CONNECTIONS = {
    "salesforce": (credentials.SALESFORCE_CONSUMER_KEY, credentials.SALESFORCE_CONSUMER_SECRET, {}),
    "hubspot": ("", credentials.HUBSPOT_TOKEN, {}),
    "linkedin": (
        credentials.LINKEDIN_CLIENT_ID,
        "",
        {
            "account": credentials.LINKEDIN_ACCOUNT,
            "refresh_token": credentials.LINKEDIN_REFRESH_TOKEN,
            "client_secret": credentials.LINKEDIN_CLIENT_SECRET,
        },
    ),
    "google": (
        credentials.GOOGLE_CLIENT_ID,
        credentials.GOOGLE_CLIENT_SECRET,
        {"account": credentials.GOOGLE_ACCOUNT, "refresh_token": credentials.GOOGLE_REFRESH_TOKEN},
    ),
    "meta": ("", credentials.META_TOKEN, {"account": credentials.META_ACCOUNT}),
}
NAMES = [(platform, name) for platform, kinds in EXPECTED.items() for name in kinds]
CHANGE = Change("1", "update", {"ABM_Style__c": "one_to_one"})


def _faults(platform: str) -> Any:
    return import_module(f"abm_sandbox.{platform}.faults")


def _platform(platform: str) -> Any:
    return import_module(f"abm.platforms.{platform}")


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], tuple[str, Any]]]:
    """One server for all platforms, and which of them answers is chosen by the test."""
    modules = {"salesforce": salesforce, "hubspot": hubspot, "linkedin": linkedin, "google": google, "meta": meta}
    stores = {name: Store() for name in modules}
    apps = {name: module.create_app(stores[name], limits=False) for name, module in modules.items()}
    current: dict[str, Any] = {}

    async def platform(scope: Any, receive: Any, send: Any) -> None:
        await current["app"](scope, receive, send)

    with serve(platform) as url:

        def choose(name: str) -> tuple[str, Any]:
            current["app"] = apps[name]
            apps[name].state.faults.clear()
            return url, apps[name]

        yield choose
    for store in stores.values():
        store.close()


def test_every_name_has_its_expected_consequence() -> None:
    for platform, kinds in EXPECTED.items():
        assert _faults(platform).ANSWERS.keys() == kinds.keys() | OF_TOKENS.get(platform, set()), platform


@pytest.mark.parametrize(("platform", "name"), NAMES)
def test_named_fault_is_answered_as_listed_and_classified_as_the_contract_says(servers, platform, name):
    url, app = servers(platform)
    listed, module = _faults(platform).ANSWERS[name], _platform(platform)
    app.state.faults.append(Fault.of(listed, path="/anything"))
    with httpx.Client(base_url=url) as client:
        answer = client.get("/anything")
    assert answer.status_code == listed.status
    assert (answer.json() if answer.content else None) == listed.body
    assert listed.headers.items() <= {key: answer.headers.get(key) for key in listed.headers}.items()

    login, password, extra = CONNECTIONS[platform]
    client = module.open_client(Connection(f"abm_{platform}", url, login, password, extra))
    wanted = EXPECTED[platform][name]
    assert client.is_expired(answer) == (wanted is RENEW)
    error = module.classify(answer)
    if wanted is RENEW:  # a second one is a person's to mend
        assert isinstance(error, ConfigurationError)
    elif isinstance(wanted, tuple):
        assert (type(error), error.retry_after) == wanted
    else:
        assert isinstance(error, wanted)
    if isinstance(error, RetryableError | RefusedError):
        assert error.code


@pytest.mark.parametrize(
    ("platform", "name"), [(platform, name) for platform, names in OF_TOKENS.items() for name in sorted(names)]
)
def test_token_that_is_refused_is_a_fault_of_configuration(servers, platform, name):
    url, app = servers(platform)
    path = {"salesforce": "/oauth2/token", "linkedin": "/accessToken", "google": "/token"}[platform]
    app.state.faults.append(Fault.of(_faults(platform).ANSWERS[name], path=path))
    login, password, extra = CONNECTIONS[platform]
    client = _platform(platform).open_client(Connection(f"abm_{platform}", url, login, password, extra))
    with httpx.Client(base_url=url) as http, pytest.raises(ConfigurationError, match=r"invalid|unsupported"):
        client.authentication.headers(http)


@pytest.mark.parametrize("code", SALESFORCE_ROWS)
def test_row_error_of_salesforce_is_passing_only_where_a_lock_is_meant(code):
    error = SALESFORCE_ROWS[code]
    wanted = "failed" if "UNABLE_TO_LOCK_ROW" in f"{code} {error.message}" else "refused"
    by_call = RowAnswer(CHANGE, error.code, error.message, error.fields).result()
    by_job = from_bulk_error(CHANGE, error.text()).result()
    assert (by_call.outcome, by_job.outcome) == (wanted, wanted)
    assert by_call.reason_code == by_job.reason_code


@pytest.mark.parametrize("category", HUBSPOT_ROWS)
def test_error_inside_a_207_of_hubspot_is_final_only_where_sending_again_is_useless(category):
    (result,) = read_answer([CHANGE], {"results": [], "errors": [HUBSPOT_ROWS[category].in_batch("1", "1")]})
    wanted = "failed" if category in {"MISSING_SCOPES", "RATE_LIMITS", "INTERNAL_ERROR"} else "refused"
    assert (result.outcome, result.reason_code) == (wanted, category)


@pytest.mark.parametrize("name", ELEMENT_ERRORS)
def test_element_of_linkedin_is_refused_only_for_what_it_says(name):
    error = ELEMENT_ERRORS[name]
    verdict = read_element({"status": error.status, "error": error.body()}, is_removal=False)
    assert (verdict.outcome, verdict.code) == ("refused" if error.status == 400 else "failed", error.code)


@pytest.mark.parametrize("reason", PROCESSING_ERRORS)
def test_member_of_google_is_refused_only_for_what_it_is(reason):
    counts = [{"reason": reason, "recordCount": "1", "recordIndices": [1]}]
    told = {"requestStatus": "PARTIAL_SUCCESS", "errorInfo": {"errorCounts": counts}}
    first, second = read_status({"requestStatusPerDestination": [told]}, 2)
    assert first.outcome == "accepted"
    assert second.outcome == ("failed" if reason.endswith("INTERNAL_ERROR") else "refused")


@pytest.mark.outside
def test_reasons_of_google_are_those_of_its_own_list(shared_data):
    listed = json.loads((shared_data.parent / "specs/google/datamanager.v1.error-reasons.json").read_text())
    known = json.dumps(listed)
    for answer in _faults("google").ANSWERS.values():
        for detail in answer.body["error"]["details"] if "details" in (answer.body.get("error") or {}) else []:
            for violation in detail.get("fieldViolations", []):
                assert f'"{violation["reason"]}"' in known, violation
    for reason in PROCESSING_ERRORS:
        assert f'"{reason}"' in known or reason.startswith("PROCESSING_ERROR_REASON_")
