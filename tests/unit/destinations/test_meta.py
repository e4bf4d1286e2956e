"""The Meta destination against the sandbox: one Custom Audience an audience, each row answered for once."""

from __future__ import annotations

import hashlib

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm.destinations import Audience, Change
from abm.destinations.meta.destination import connect
from abm.errors import ConfigurationError, ContractError, RetryableError
from abm.settings import Connection
from abm_sandbox.credentials import META_ACCOUNT, META_APP_SECRET, META_TOKEN
from abm_sandbox.faults import Fault
from abm_sandbox.meta import create_app
from abm_sandbox.meta.errors import ERRORS

CORE, WIDE = "Programme core", "Programme wide"


@pytest.fixture
def serve_account(server, store):
    def serve_with(**values):
        app = create_app(store, **{"limits": False, "update_seconds": 0, "minimum": 0} | values)
        server[1]["app"] = app
        return app

    return serve_with


@pytest.fixture
def sandbox(serve_account):
    return serve_account()


@pytest.fixture
def open_meta(server, sandbox):
    opened = []

    def open_with(transport=None, *, password=META_TOKEN, **extra):
        connection = Connection("abm_meta", server[0], "", password, {"account": META_ACCOUNT} | extra)
        opened.append(connect(connection, transport))
        return opened[-1]

    yield open_with
    for destination in opened:
        destination.close()


@pytest.fixture
def meta(open_meta):
    return open_meta()


def _person(name, **more):
    return {"EMAIL": _digest(f"{name}@example.com"), **more}


def _create(name, audience=CORE, **more):
    return Change(f"{audience}/{name}", "create", _person(name, **more))


def _remove(name, audience=CORE):
    return Change(f"{audience}/{name}", "remove", {}, _person(name))


def _outcomes(results):
    return {result.object_key.partition("/")[2]: result.outcome for result in results}


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _audiences(store):
    return [row["name"] for row in store.execute("select name from audiences order by id")]


def _held(store, audience=CORE):
    """Return the digests of the addresses in an audience."""
    rows = store.execute(
        "select identifiers from members join audiences on audiences.id = audience_id where name = ?", [audience]
    )
    return {orjson.loads(row["identifiers"])["EMAIL"] for row in rows}


def _addresses(*names):
    return {_digest(f"{name}@example.com") for name in names}


def _effective(store):
    return store.execute("select coalesce(sum(effective), 0) as n from _writes")[0]["n"]


def test_audiences_are_found_before_they_are_created(meta, open_meta, store):
    first = meta.prepare([CORE, WIDE])
    assert [audience.name for audience in first] == [CORE, WIDE]
    assert [audience.remote_id for audience in open_meta().prepare([CORE, WIDE])] == [a.remote_id for a in first]
    assert _audiences(store) == [CORE, WIDE]


def test_audience_on_a_later_page_is_found(meta, sandbox, store):
    for number in range(230):
        sandbox.state.ad_account.add_audience({"name": f"Other {number}", "subtype": "CUSTOM"})
    wanted = sandbox.state.ad_account.add_audience({"name": CORE, "subtype": "CUSTOM"})
    assert [audience.remote_id for audience in meta.prepare([CORE])] == [wanted]


@pytest.mark.parametrize("lost", [{"status": 503}, {"drop": True}])
def test_lost_answer_to_a_creation_makes_no_second_audience(meta, sandbox, store, lost):
    sandbox.state.faults.append(Fault(path="/customaudiences", method="POST", after_applying=True, **lost))
    meta.prepare([CORE])
    assert _audiences(store) == [CORE]


def test_audience_of_another_kind_is_told_and_not_filled(meta, sandbox):
    sandbox.state.ad_account.add_audience({"name": CORE, "subtype": "LOOKALIKE"})
    with pytest.raises(ConfigurationError, match="of subtype LOOKALIKE, not CUSTOM"):
        meta.prepare([CORE])
    assert [fault.where for fault in meta.missing([CORE])] == [f"Meta audience {CORE!r}"]


def test_missing_tells_what_would_be_created_and_what_is_flagged(meta, sandbox, store):
    assert [fault.problem for fault in meta.missing([CORE])] == ["does not exist"]
    assert _audiences(store) == []
    (audience,) = meta.prepare([CORE])
    assert meta.missing([CORE]) == []
    sandbox.state.ad_account.flag(audience.remote_id)
    assert [fault.problem for fault in meta.missing([CORE])] == ["is flagged by Meta and cannot be used (471)"]


def test_doctor_with_no_audience_in_the_policy_still_tries_the_token(open_meta):
    assert open_meta().missing([]) == []
    with pytest.raises(ConfigurationError, match="190"):
        open_meta(password="other").missing([])


def test_rows_of_several_audiences_end_in_one_result_each(meta, store):
    audiences = meta.prepare([CORE, WIDE])
    results = meta.send([_create("a"), _create("b"), _create("c", WIDE)])
    assert _outcomes(results) == {"a": "created", "b": "created", "c": "created"}
    assert (_held(store), _held(store, WIDE)) == (_addresses("a", "b"), _addresses("c"))
    assert {result.remote_id for result in results} == {audience.remote_id for audience in audiences}


def test_nothing_leaves_unhashed_but_the_external_id(open_meta, server):
    sent = []

    def record(request):
        sent.append(request)
        with httpx.Client() as client:
            return client.send(request)

    meta = open_meta(httpx.MockTransport(record))
    person = {
        "EMAIL": _digest("foo@example.com"),
        "PHONE": _digest("16505551212"),
        "EXTERN_ID": "crm-17",
        "FN": _digest("valéry"),
        "LN": _digest("obrien"),
        "CT": _digest("menlopark"),
        "ZIP": _digest("94035"),
        "COUNTRY": _digest("us"),
    }
    meta.send([Change(f"{CORE}/17", "create", person)])
    payload = orjson.loads(sent[-1].content)["payload"]
    assert dict(zip(payload["schema"], payload["data"][0], strict=True)) == person
    assert payload["is_raw"] is False
    assert not any(b"@" in request.content or "@" in str(request.url) for request in sent)


def test_people_with_other_keys_share_a_request_with_empty_cells(meta, store):
    rows = [_create("a", FN=_digest("ann")), Change(f"{CORE}/b", "create", {"PHONE": _digest("442079460958")})]
    assert _outcomes(meta.send(rows)) == {"a": "created", "b": "created"}
    held = [orjson.loads(row["identifiers"]).keys() for row in store.execute("select identifiers from members")]
    assert sorted(map(sorted, held)) == [["EMAIL", "FN"], ["PHONE"]]


def test_sending_twice_has_one_effect(meta, store):
    rows = [_create("a"), _create("b")]
    assert _outcomes(meta.send(rows)) == _outcomes(meta.send(rows))
    assert _effective(store) == 2


def test_answer_lost_after_applying_is_repeated_without_a_second_effect(meta, sandbox, store):
    sandbox.state.faults.append(Fault(path="/users", drop=True, after_applying=True))
    assert _outcomes(meta.send([_create("a")])) == {"a": "created"}
    assert (_held(store), _effective(store)) == (_addresses("a"), 1)


def test_removal_uses_what_was_acknowledged(meta, store):
    meta.send([_create("a"), _create("b")])
    assert _outcomes(meta.send([_remove("a"), _remove("never-there")])) == {"a": "removed", "never-there": "removed"}
    assert _held(store) == _addresses("b")


def test_removal_of_what_was_never_added_is_no_request(meta, sandbox):
    sandbox.state.faults.append(Fault(status=500, times=99))
    (result,) = meta.send([Change(f"{CORE}/a", "remove", {}, {"CT": _digest("berlin")})])
    assert (result.outcome, result.reason_code) == ("unchanged", "NO_IDENTIFIER")


def test_update_of_details_only_adds_and_of_the_address_replaces(meta, store):
    meta.send([_create("a"), _create("b")])
    details = Change(f"{CORE}/a", "update", _person("a", FN=_digest("ann")), _person("a"))
    replaced = Change(f"{CORE}/b", "update", _person("c"), _person("b"))
    assert _outcomes(meta.send([details, replaced])) == {"a": "updated", "b": "updated"}
    assert _held(store) == _addresses("a", "c")
    assert store.execute("select count(*) as n from _writes where action = 'REMOVE'")[0]["n"] == 1


def test_update_that_drops_an_identifier_replaces_too(meta, store):
    with_phone = _person("a", PHONE=_digest("16505551212"))
    meta.send([Change(f"{CORE}/a", "create", with_phone)])
    meta.send([Change(f"{CORE}/a", "update", _person("a"), with_phone)])
    (held,) = store.execute("select identifiers from members")
    assert orjson.loads(held["identifiers"]).keys() == {"EMAIL"}


def test_removal_from_a_small_audience_is_refused(serve_account, meta, store):
    meta.send([_create("a"), _create("b", WIDE)])
    serve_account(minimum=100)
    (result,) = meta.send([_remove("a")])
    assert (result.outcome, result.reason_code) == ("refused", "200/1870047")
    assert "low audience size" in result.reason
    assert _held(store) == _addresses("a")


def test_new_address_does_not_join_while_the_former_cannot_leave(serve_account, meta, store):
    meta.send([_create("a")])
    serve_account(minimum=100)
    results = meta.send([Change(f"{CORE}/a", "update", _person("z"), _person("a")), _create("b")])
    assert _outcomes(results) == {"a": "failed", "b": "created"}
    assert _held(store) == _addresses("a", "b")


def test_small_audience_is_asked_once_and_not_row_by_row(serve_account, meta, store):
    meta.send([_create(f"n{n}") for n in range(20)])
    sandbox = serve_account(minimum=100, limits=True)
    results = meta.send([_remove(f"n{n}") for n in range(20)])
    assert {result.reason_code for result in results} == {"200/1870047"}
    (gate,) = [layer for layer in _layers(sandbox) if hasattr(layer, "hour")]
    assert len(gate.hour.sent) == 1


def _layers(app):
    layer = app.middleware_stack
    while hasattr(layer, "app"):
        yield layer
        layer = layer.app


def test_flagged_audience_fails_alone(meta, sandbox, store):
    core, _ = meta.prepare([CORE, WIDE])
    sandbox.state.ad_account.flag(core.remote_id)
    results = meta.send([_create("a"), _create("b", WIDE)])
    assert {result.object_key: (result.outcome, result.reason_code) for result in results} == {
        f"{CORE}/a": ("failed", "100/1713230"),
        f"{WIDE}/b": ("created", None),
    }
    assert meta.read_back([CORE])[0].status == "FLAGGED"


def test_audience_that_was_deleted_meanwhile_fails_alone(meta, sandbox, store):
    core, _ = meta.prepare([CORE, WIDE])
    sandbox.state.ad_account.delete_audience(core.remote_id)
    results = meta.send([_create("a"), _create("b", WIDE)])
    assert [(result.outcome, result.reason_code) for result in results] == [("failed", "100/33"), ("created", None)]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"CT": _digest("berlin"), "COUNTRY": _digest("de")}, "NO_IDENTIFIER"),
        ({"EMAIL": "", "PHONE": None}, "NO_IDENTIFIER"),
        ({"EMAIL": "someone@example.com"}, "INVALID_IDENTIFIER"),
        ({"EMAIL": _digest("someone@example.com").upper()}, "INVALID_IDENTIFIER"),
        ({"EMAIL": _digest("a@example.com"), "FN": "someone"}, "INVALID_IDENTIFIER"),
        ({"EXTERN_ID": "someone@example.com"}, "INVALID_IDENTIFIER"),
        ({"EXTERN_ID": "+44 20 7946 0958"}, "INVALID_IDENTIFIER"),
        ({"EMAIL": 5}, "INVALID_IDENTIFIER"),
        ({"email": "someone@example.com"}, "UNKNOWN_IDENTIFIER"),
        ({"companyName": "A", "companyWebsiteDomain": "a.example"}, "UNKNOWN_IDENTIFIER"),
    ],
)
def test_row_that_must_not_or_cannot_be_sent_is_refused_here(meta, store, payload, code):
    results = {
        result.object_key: result for result in meta.send([Change(f"{CORE}/x", "create", payload), _create("a")])
    }
    told = results[f"{CORE}/x"]
    assert (told.outcome, told.reason_code) == ("refused", code)
    assert "someone" not in told.reason
    assert _held(store) == _addresses("a")


def test_platform_that_is_down_says_nothing_of_any_row(meta, sandbox):
    meta.prepare([CORE])
    sandbox.state.faults.append(Fault(path="/users", status=503, times=99))
    with pytest.raises(RetryableError):
        meta.send([_create("a")])


def test_audience_that_does_not_answer_leaves_the_others(meta, sandbox, store):
    core = meta.prepare([CORE, WIDE])[0].remote_id
    sandbox.state.faults.append(Fault(path=f"/{core}/users", status=503, body=ERRORS["service"].body(), times=99))
    assert _outcomes(meta.send([_create("a"), _create("b", WIDE)])) == {"a": "failed", "b": "created"}


def test_failed_update_of_the_audience_is_tried_once_more(meta, sandbox, store):
    meta.prepare([CORE])
    failure = {"status": 400, "body": ERRORS["update_failed"].body()}
    sandbox.state.faults.append(Fault(path="/users", **failure))
    assert _outcomes(meta.send([_create("a")])) == {"a": "created"}
    sandbox.state.faults.append(Fault(path="/users", times=2, **failure))
    (result,) = meta.send([_create("b")])
    assert (result.outcome, result.reason_code) == ("failed", "2650")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"permission": "none"}, "200"),
        ({"has_terms": False}, "200/1870090"),
        ({"is_blocked": True}, "368"),
        ({"tokens": {META_TOKEN: 0.0}}, "190/463"),
    ],
)
def test_what_a_person_must_change_at_meta_is_told(meta, sandbox, change, told):
    vars(sandbox.state.ad_account).update(change)
    with pytest.raises(ConfigurationError, match=f"Meta answered {told}"):
        meta.prepare([CORE])


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"version": "v19.0"}, "2635"),
        ({"password": "other"}, "190"),
        ({"app_secret": "other"}, "Invalid appsecret_proof"),
        ({"account": "act_9"}, "100/33"),
    ],
)
def test_connection_that_meta_refuses_is_told(open_meta, extra, told):
    with pytest.raises(Exception, match=told):
        open_meta(**extra).prepare([CORE])


def test_app_secret_proves_every_call(open_meta, store):
    meta = open_meta(app_secret=META_APP_SECRET)
    meta.prepare([CORE])
    assert _outcomes(meta.send([_create("a")])) == {"a": "created"}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"account": ""}, "has no 'account'"),
        ({"account": "123"}, "is no ad account"),
        ({"password": ""}, "has no password"),
        ({"version": "25"}, "extra 'version' is none"),
        ({"customer_file_source": "OURS"}, "'customer_file_source' is not known"),
    ],
)
def test_connection_that_lacks_something_is_told_before_any_request(open_meta, values, told):
    with pytest.raises(ConfigurationError, match=told):
        open_meta(**values)


def test_no_connection_is_told():
    with pytest.raises(ConfigurationError, match="has no connection"):
        connect(None)


def test_host_that_is_not_meta_is_told(open_meta):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>"))
    with pytest.raises(ContractError, match="not a JSON object"):
        open_meta(transport).prepare([CORE])


def test_read_back_tells_the_lower_bound_statuses_and_what_is_gone(serve_account, meta):
    (audience,) = meta.prepare([CORE])
    meta.send([_create(f"n{n}") for n in range(400)])
    serve_account(minimum=100)
    size, gone = meta.read_back([CORE, WIDE])
    assert size == Audience(CORE, audience.remote_id, "READY", 200)
    assert gone == Audience(WIDE, None, "MISSING")
    serve_account(minimum=1000)
    assert meta.read_back([CORE]) == [Audience(CORE, audience.remote_id, "DELIVERY_300", None)]
    serve_account(update_seconds=1e9)
    assert meta.read_back([CORE])[0].status == "OPERATION_412"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from([CORE, WIDE])), max_size=4))
def test_after_every_night_meta_holds_what_is_desired(meta, store, nights):
    meta.prepare([CORE, WIDE])
    acknowledged = {}
    for night in [{}, *nights, {}]:
        desired = {f"{audience}/{name}": _person(name) for name, audience in night.items()}
        rows = [Change(key, "create", person) for key, person in desired.items() if key not in acknowledged]
        rows += [Change(key, "remove", {}, held) for key, held in acknowledged.items() if key not in desired]
        for removes in (True, False):
            batch = [row for row in rows if (row.operation == "remove") == removes]
            results = meta.send(batch)
            assert sorted(result.object_key for result in results) == sorted(row.object_key for row in batch)
        acknowledged = desired
        for audience in (CORE, WIDE):
            assert _held(store, audience) == _addresses(*(name for name, chosen in night.items() if chosen == audience))
