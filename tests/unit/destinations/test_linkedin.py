"""The LinkedIn destination against the sandbox: one segment an audience, each row answered for once."""

from __future__ import annotations

import itertools

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stamina.instrumentation import set_on_retry_hooks

from abm.destinations import Audience, Change
from abm.destinations.linkedin.client import source_segment_id
from abm.destinations.linkedin.destination import connect
from abm.errors import ConfigurationError, ContractError, RetryableError
from abm.settings import Connection
from abm_sandbox.credentials import (
    LINKEDIN_ACCOUNT,
    LINKEDIN_CLIENT_ID,
    LINKEDIN_CLIENT_SECRET,
    LINKEDIN_REFRESH_TOKEN,
    LINKEDIN_TOKEN,
)
from abm_sandbox.faults import Fault
from abm_sandbox.linkedin import create_app

CORE, WIDE = "Programme core", "Programme wide"


@pytest.fixture
def serve_account(server, store):
    def serve_with(**values):
        app = create_app(store, limits=False, **{"fresh_seconds": 0, "build_seconds": 0} | values)
        server[1]["app"] = app
        return app

    return serve_with


@pytest.fixture
def sandbox(serve_account):
    return serve_account()


@pytest.fixture
def open_linkedin(server, sandbox):
    opened = []

    def open_with(transport=None, *, password=LINKEDIN_TOKEN, login="", **extra):
        extra = {"account": LINKEDIN_ACCOUNT, "requests_per_minute": "0"} | extra
        opened.append(connect(Connection("abm_linkedin", server[0], login, password, extra), transport))
        return opened[-1]

    yield open_with
    for destination in opened:
        destination.close()


@pytest.fixture
def linkedin(open_linkedin):
    return open_linkedin()


def _company(name, **more):
    return {"companyName": name, "companyWebsiteDomain": f"{name}.example", **more}


def _create(name, audience=CORE, **more):
    return Change(f"{audience}/{name}", "create", _company(name, **more))


def _remove(name, audience=CORE):
    return Change(f"{audience}/{name}", "remove", {}, _company(name))


def _held(store, audience=CORE):
    """Return the names of the companies that LinkedIn holds, of all segments of the audience."""
    rows = store.execute(
        "select identifiers from members inner join segments on segments.id = segment_id where name = ?", [audience]
    )
    return {orjson.loads(row["identifiers"])["companyName"] for row in rows}


def _outcomes(results):
    return {result.object_key.partition("/")[2]: result.outcome for result in results}


def _effective(store):
    return store.execute("select coalesce(sum(effective), 0) as n from _writes")[0]["n"]


def _segments(store):
    return [row["sourceSegmentId"] for row in store.execute("select sourceSegmentId from segments")]


def test_prepare_makes_one_segment_an_audience_however_often(linkedin, open_linkedin, store):
    first = linkedin.prepare([CORE, WIDE])
    assert [audience.name for audience in first] == [CORE, WIDE]
    assert [a.remote_id for a in linkedin.prepare([CORE, WIDE])] == [a.remote_id for a in first]
    assert [a.remote_id for a in open_linkedin().prepare([CORE])] == [first[0].remote_id]
    assert _segments(store) == [source_segment_id(CORE), source_segment_id(WIDE)]


@pytest.mark.parametrize("lost", [{"status": 503}, {"drop": True}])
def test_lost_answer_to_a_creation_makes_no_second_segment(linkedin, sandbox, store, lost):
    sandbox.state.faults.append(Fault(path="/rest/dmpSegments", method="POST", after_applying=True, **lost))
    linkedin.prepare([CORE])
    assert _segments(store) == [source_segment_id(CORE)]


def test_source_ids_are_readable_and_differ_for_names_that_look_alike():
    assert source_segment_id("Programme core") == source_segment_id("Programme core")
    assert source_segment_id("Programme core").startswith("abm-programme-core-")
    names = ["Programme core", "programme core", "Programme-core", "программа", "程序", ""]
    assert len({source_segment_id(name) for name in names}) == len(names)
    assert len(source_segment_id("x" * 500)) < 100


def test_segment_of_another_type_is_told_and_not_filled(linkedin, sandbox):
    values = {
        "name": CORE,
        "type": "USER",
        "account": LINKEDIN_ACCOUNT,
        "accessPolicy": "PRIVATE",
        "sourcePlatform": "DIRECT_API",
        "sourceSegmentId": source_segment_id(CORE),
    }
    sandbox.state.ad_account.add_segment(values)
    with pytest.raises(ConfigurationError, match="of type USER, not COMPANY"):
        linkedin.prepare([CORE])
    assert [fault.where for fault in linkedin.missing([CORE])] == [f"LinkedIn audience '{CORE}'"]


def test_missing_tells_what_would_be_created_and_changes_nothing(linkedin, store):
    assert [fault.problem for fault in linkedin.missing([CORE])] == ["does not exist"]
    assert _segments(store) == []
    linkedin.prepare([CORE])
    assert linkedin.missing([CORE]) == []


def test_fresh_segment_is_waited_for(serve_account, linkedin, store):
    seconds = itertools.count(1_790_000_000)
    serve_account(clock=lambda: float(next(seconds)), fresh_seconds=9)
    linkedin.prepare([CORE])
    told = []
    set_on_retry_hooks([lambda details: told.append(details.caused_by)])
    try:
        assert _outcomes(linkedin.send([_create("acme")])) == {"acme": "created"}
    finally:
        set_on_retry_hooks(None)
    assert _held(store) == {"acme"}
    assert told
    assert all(isinstance(cause, RetryableError) for cause in told)  # what the log says: wait, nothing was refused


def test_segment_that_stays_unknown_is_a_fault_that_may_pass(serve_account, linkedin):
    serve_account(fresh_seconds=1e9)
    linkedin.prepare([CORE])
    with pytest.raises(RetryableError, match="does not know the segment") as error:
        linkedin.send([_create("acme")])
    assert error.value.code == "SEGMENT_NOT_FOUND"


def test_rows_of_several_audiences_end_in_one_result_each(linkedin, store):
    linkedin.prepare([CORE, WIDE])
    results = linkedin.send([_create("a"), _create("b"), _create("c", WIDE)])
    assert _outcomes(results) == {"a": "created", "b": "created", "c": "created"}
    assert (_held(store), _held(store, WIDE)) == ({"a", "b"}, {"c"})
    assert all(result.remote_id for result in results)


def test_sending_twice_has_one_effect(linkedin, store):
    linkedin.prepare([CORE])
    rows = [_create("a"), _create("b")]
    assert _outcomes(linkedin.send(rows)) == _outcomes(linkedin.send(rows))
    assert _effective(store) == 2


def test_answer_lost_after_applying_is_repeated_without_a_second_effect(linkedin, sandbox, store):
    linkedin.prepare([CORE])
    sandbox.state.faults.append(Fault(path="/companies", drop=True, after_applying=True))
    assert _outcomes(linkedin.send([_create("a")])) == {"a": "created"}
    assert (_held(store), _effective(store)) == ({"a"}, 1)


def test_removal_uses_what_was_acknowledged(linkedin, store):
    linkedin.prepare([CORE])
    linkedin.send([_create("a"), _create("b")])
    assert _outcomes(linkedin.send([_remove("a"), _remove("never-there")])) == {
        "a": "removed",
        "never-there": "removed",
    }
    assert _held(store) == {"b"}


def test_removal_of_what_was_never_added_is_no_request(linkedin, sandbox):
    sandbox.state.faults.append(Fault(status=500, times=99))
    (result,) = linkedin.send([Change(f"{CORE}/a", "remove", {}, {"city": "Berlin"})])
    assert (result.outcome, result.reason_code) == ("unchanged", "NO_IDENTIFIER")


def test_update_of_details_only_adds_and_of_the_company_replaces(linkedin, store):
    linkedin.prepare([CORE])
    linkedin.send([_create("a"), _create("b")])
    details = Change(f"{CORE}/a", "update", _company("a", city="Berlin"), _company("a"))
    replaced = Change(f"{CORE}/b", "update", _company("c"), _company("b"))
    assert _outcomes(linkedin.send([details, replaced])) == {"a": "updated", "b": "updated"}
    assert _held(store) == {"a", "c"}
    assert [row["member_key"] for row in store.execute("select member_key from _writes where action = 'REMOVE'")] == [
        "companyWebsiteDomain=b.example"
    ]


def test_company_leaves_its_former_audience_before_it_joins_another(linkedin, store):
    linkedin.prepare([CORE, WIDE])
    linkedin.send([_create("a", WIDE)])
    linkedin.send([_create("a", CORE), _remove("a", WIDE)])
    actions = [row["action"] for row in store.execute("select action from _writes order by rowid")]
    assert actions == ["ADD", "REMOVE", "ADD"]


def test_audience_that_does_not_answer_leaves_the_others(linkedin, sandbox, store):
    wide = linkedin.prepare([CORE, WIDE])[1].remote_id
    sandbox.state.faults.append(Fault(path=f"/{wide}/companies", status=503, times=99))
    results = linkedin.send([_create("a", CORE), _create("b", WIDE)])
    assert {result.object_key: (result.outcome, result.reason_code) for result in results} == {
        f"{CORE}/a": ("created", None),
        f"{WIDE}/b": ("failed", "503"),
    }
    assert (_held(store), _held(store, WIDE)) == ({"a"}, set())


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"city": "Berlin", "country": "DE"}, "NO_IDENTIFIER"),
        ({"companyName": " ", "companyWebsiteDomain": None}, "NO_IDENTIFIER"),
        ({"companyName": "A", "email": "someone@example.com"}, "UNKNOWN_IDENTIFIER"),
        ({"companyName": "A", "companyEmailDomain": "someone@example.com"}, "INVALID_IDENTIFIER"),
        ({"companyName": 5}, "INVALID_IDENTIFIER"),
    ],
)
def test_row_that_must_not_or_cannot_be_sent_is_refused_here(linkedin, store, payload, code):
    linkedin.prepare([CORE])
    results = linkedin.send([Change(f"{CORE}/x", "create", payload), _create("a")])
    told = {result.object_key: result for result in results}
    assert (told[f"{CORE}/x"].outcome, told[f"{CORE}/x"].reason_code) == ("refused", code)
    assert "someone" not in told[f"{CORE}/x"].reason
    assert _held(store) == {"a"}


def test_platform_that_is_down_says_nothing_of_any_row(linkedin, sandbox):
    linkedin.prepare([CORE])
    sandbox.state.faults.append(Fault(path="/companies", status=503, times=99))
    with pytest.raises(RetryableError):
        linkedin.send([_create("a")])


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"version": "202401"}, "426 NONEXISTENT_VERSION"),
        ({"version": "soon"}, "400 INVALID_VERSION"),
        ({"password": "other"}, "401 REVOKED_ACCESS_TOKEN"),
        ({"account": "urn:li:sponsoredAccount:9"}, "403 ACCESS_DENIED"),
    ],
)
def test_what_a_person_must_change_is_told(open_linkedin, extra, told):
    with pytest.raises(ConfigurationError, match=told):
        open_linkedin(**extra).prepare([CORE])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"account": ""}, "has no 'account'"),
        ({"account": "123"}, "is no sponsored account"),
        ({"password": ""}, "has no password"),
        ({"requests_per_minute": "many"}, "is not a number"),
    ],
)
def test_connection_that_lacks_something_is_told_before_any_request(open_linkedin, values, told):
    with pytest.raises(ConfigurationError, match=told):
        open_linkedin(**values)


def test_no_connection_is_told():
    with pytest.raises(ConfigurationError, match="has no connection"):
        connect(None)


def test_expired_token_is_renewed_by_the_refresh_token(open_linkedin, store):
    refresh = {"refresh_token": LINKEDIN_REFRESH_TOKEN, "client_secret": LINKEDIN_CLIENT_SECRET}
    linkedin = open_linkedin(password="expired", login=LINKEDIN_CLIENT_ID, **refresh)
    linkedin.prepare([CORE])
    assert len(_segments(store)) == 1
    with pytest.raises(ConfigurationError, match="invalid_client"):
        open_linkedin(password="", login="other", **refresh).prepare([CORE])


def test_host_that_is_not_linkedin_is_told(open_linkedin):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>"))
    with pytest.raises(ContractError, match="not a JSON object"):
        open_linkedin(transport).prepare([CORE])


def test_read_back_tells_sizes_statuses_and_what_is_gone(linkedin, sandbox):
    (audience,) = linkedin.prepare([CORE])
    linkedin.send([_create(f"n{n}") for n in range(300)])
    size, gone = linkedin.read_back([CORE, WIDE])
    assert (size.name, size.remote_id, size.status) == (CORE, audience.remote_id, "READY")
    assert size.audience_size >= 300
    assert 0 < size.matched_count <= 300
    assert gone == Audience(WIDE, None, "MISSING")


@pytest.mark.parametrize("status", ["EXPIRED", "FAILED", "ERROR"])
def test_segment_that_campaigns_cannot_use_is_told(linkedin, sandbox, status):
    (audience,) = linkedin.prepare([CORE])
    sandbox.state.ad_account.statuses[audience.remote_id] = status
    assert [found.status for found in linkedin.read_back([CORE])] == [status]
    assert [fault.problem for fault in linkedin.missing([CORE])] == [f"cannot be used in campaigns ({status})"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from([CORE, WIDE])), max_size=4))
def test_after_every_night_linkedin_holds_what_is_desired(linkedin, store, nights):
    linkedin.prepare([CORE, WIDE])
    acknowledged = {}
    for night in [{}, *nights, {}]:
        desired = {f"{audience}/{name}": _company(name) for name, audience in night.items()}
        rows = [Change(key, "create", company) for key, company in desired.items() if key not in acknowledged]
        rows += [Change(key, "remove", {}, held) for key, held in acknowledged.items() if key not in desired]
        results = linkedin.send(sorted(rows, key=lambda row: row.object_key))
        assert sorted(result.object_key for result in results) == sorted(row.object_key for row in rows)
        acknowledged = desired
        for audience in (CORE, WIDE):
            assert _held(store, audience) == {name for name, chosen in night.items() if chosen == audience}
