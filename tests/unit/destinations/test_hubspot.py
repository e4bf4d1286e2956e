"""The HubSpot destination against the sandbox: each row answered for once, whatever HubSpot does."""

from __future__ import annotations

import datetime as dt

import httpx
import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.destinations import Change
from abm.destinations.hubspot import fields
from abm.destinations.hubspot.answers import read_answer
from abm.destinations.hubspot.destination import connect
from abm.errors import ConfigurationError, RetryableError
from abm.policy.styles import STYLES
from abm.settings import Connection
from abm_sandbox.credentials import HUBSPOT_TOKEN
from abm_sandbox.faults import Fault
from abm_sandbox.hubspot import create_app, load_world
from abm_sandbox.store import Store

NAMES = ("abm_style", "abm_account_score", "abm_style_since", "abm_reason")
COMPANIES = 250


@pytest.fixture
def store():
    store = Store()
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    ids = [str(1000 + n) for n in range(COMPANIES)]
    audit = {name: [moment] * COMPANIES for name in ("createdAt", "updatedAt")}
    load_world(store, {"companies": pa.table({"id": ids, "name": ids, **audit})})
    yield store
    store.close()


@pytest.fixture
def sandbox(server, store):
    app = create_app(store, limits=False)
    app.state.url, current = server
    current["app"] = app
    return app


@pytest.fixture
def hubspot(sandbox):
    destination = _connect(sandbox.state.url)
    yield destination
    destination.close()


@pytest.fixture
def prepared(hubspot):
    hubspot.prepare(NAMES)
    return hubspot


def _connect(url, transport=None):
    connection = Connection("abm_hubspot", url, password=HUBSPOT_TOKEN, extra={"burst_requests": "0"})
    return connect(connection, transport)


def _between(meddle):
    """Return a transport that lets `meddle` change a batch update on its way, or answer it."""

    def handle(request):
        body = orjson.loads(request.content) if request.content else None
        answer = meddle(request, body) if request.url.path.endswith("/batch/update") else None
        if answer is None:
            headers = {"Authorization": request.headers["Authorization"]}
            sent = httpx.request(request.method, str(request.url), json=body, headers=headers)
            answer = httpx.Response(sent.status_code, content=sent.content)
        return answer

    return httpx.MockTransport(handle)


def _rows(count=COMPANIES, **values):
    payload = {"abm_style": "one_to_few", "abm_account_score": 74.2, "abm_style_since": "2026-11-21"}
    return [Change(str(1000 + n), "update", payload | {"abm_reason": f"rank {n}"} | values) for n in range(count)]


def _counts(results):
    counted: dict[str, int] = {}
    for result in results:
        counted[result.outcome] = counted.get(result.outcome, 0) + 1
    return counted


def _result(results, key):
    (found,) = [result for result in results if result.object_key == key]
    return found


def _stored(store, name):
    return {row[name] for row in store.execute(f"select {name} from companies")}


def _effective_writes(store):
    return store.execute("select coalesce(sum(effective), 0) as n from _writes")[0]["n"]


def test_prepare_creates_properties_with_types_by_name(prepared, sandbox):
    created = sandbox.state.portal.properties["companies"]
    assert [(created[name].type, created[name].field_type, created[name].group) for name in NAMES] == [
        ("enumeration", "select", "abm"),
        ("number", "number", "abm"),
        ("date", "date", "abm"),
        ("string", "textarea", "abm"),
    ]
    assert created["abm_style"].option_values == {*STYLES, "none"}


def test_prepare_creates_choices_with_their_options(hubspot, sandbox):
    hubspot.prepare(["abm_is_target_account", "abm_ideal_customer_profile"])
    created = sandbox.state.portal.properties["companies"]
    assert (created["abm_is_target_account"].type, created["abm_is_target_account"].option_values) == (
        "bool",
        {"true", "false"},
    )
    assert created["abm_ideal_customer_profile"].option_values == {"tier_1", "tier_2", "tier_3"}
    values = {"abm_is_target_account": True, "abm_ideal_customer_profile": "tier_2"}
    (result,) = hubspot.send([Change("1000", "update", values)])
    assert result.outcome == "updated"


def test_prepare_twice_changes_nothing_and_missing_then_tells_nothing(hubspot):
    assert [fault.where for fault in hubspot.missing(NAMES[:1])] == ["HubSpot company property 'abm_style'"]
    hubspot.prepare(NAMES)
    hubspot.prepare(NAMES)
    assert hubspot.missing(NAMES) == []


def test_prepare_tells_every_property_a_person_must_change(hubspot):
    with pytest.raises(ConfigurationError) as error:
        hubspot.prepare(["hs_unknown", "hs_object_id", "abm_style", "annualrevenue"])
    assert [fault.where.split("'")[1] for fault in error.value.faults] == [
        "hs_unknown",
        "hs_object_id",
        "annualrevenue",
    ]


def test_every_row_is_updated_as_text(prepared, store):
    results = prepared.send(_rows())
    assert _counts(results) == {"updated": COMPANIES}
    assert {result.object_key for result in results} == {row.object_key for row in _rows()}
    assert (_stored(store, "abm_account_score"), _stored(store, "abm_style_since")) == ({"74.2"}, {"2026-11-21"})


def test_rows_as_they_wait_go_into_the_request_unread(prepared, store):
    planned = Change("1000", "update", '{"abm_style": "one_to_one", "abm_reason": "Straße in 東京 😀"}')
    assert _counts(prepared.send([planned, Change("1001", "update", "{}")])) == {"updated": 1, "unchanged": 1}
    assert _stored(store, "abm_reason") == {None, "Straße in 東京 😀"}
    assert _effective_writes(store) == 1


def test_same_rows_again_have_no_second_effect(prepared, store):
    prepared.send(_rows())
    assert _counts(prepared.send(_rows())) == {"updated": COMPANIES}
    assert _effective_writes(store) == COMPANIES


def test_removal_clears_the_fields(prepared, store):
    prepared.send(_rows(3))
    cleared = dict.fromkeys([*NAMES, "abm_deleted_meanwhile"])
    results = prepared.send([Change(row.object_key, "remove", cleared) for row in _rows(3)])
    assert _counts(results) == {"removed": 3}
    assert _stored(store, "abm_style") == {None}


def test_removal_from_a_record_that_is_gone_is_done(prepared):
    results = prepared.send([Change("1", "remove", {"abm_style": None}), Change("2", "remove", {"abm_gone": None})])
    assert {result.object_key: result.outcome for result in results} == {"1": "removed", "2": "unchanged"}


def test_poisoned_row_does_not_hold_up_its_batch(prepared, store):
    rows = [
        *_rows(99),
        Change("1099", "update", {"abm_account_score": "high"}),
        Change("9", "update", {"abm_style": "one_to_one"}),
    ]
    results = prepared.send(rows)
    assert _counts(results) == {"updated": 99, "refused": 2}
    assert _result(results, "1099").reason == "INVALID_DOUBLE of property abm_account_score"
    assert _result(results, "9").reason_code == "OBJECT_NOT_FOUND"
    assert _effective_writes(store) == 99


def test_culprit_of_a_batch_refused_as_a_whole_is_found(sandbox, store):
    """HubSpot promises per-row errors for creations; an account may refuse a whole batch of updates instead."""

    def untraced(request, body):
        for item in body["inputs"]:
            del item["objectWriteTraceId"]

    destination = _connect(sandbox.state.url, _between(untraced))
    destination.prepare(NAMES)
    results = destination.send([*_rows(39), Change("1039", "update", {"abm_account_score": "high"})])
    destination.close()
    assert _counts(results) == {"updated": 39, "refused": 1}
    assert _result(results, "1039").outcome == "refused"
    assert _effective_writes(store) == 39


def test_property_that_no_row_can_write_costs_one_request_a_batch(hubspot, store):
    results = hubspot.send(_rows(100))
    assert _counts(results) == {"refused": 100}
    assert {result.reason_code for result in results} == {"PROPERTY_DOESNT_EXIST"}


def test_answer_without_results_is_no_success(prepared, sandbox):
    sandbox.state.faults.append(Fault(path="/batch/update", status=200, body={"status": "COMPLETE", "results": []}))
    results = prepared.send(_rows(2))
    assert {(result.outcome, result.reason_code) for result in results} == {("failed", "NOT_ACKNOWLEDGED")}


def test_error_that_names_nobody_is_traced_to_its_row(prepared, sandbox):
    nobody = {"status": "COMPLETE", "results": [], "errors": [{"category": "VALIDATION_ERROR", "message": "No."}]}
    sandbox.state.faults += [Fault(path="/batch/update", status=207, body=nobody) for _ in range(3)]
    results = prepared.send(_rows(3))
    # 3 rows, then 1 and 2 of them: the single one is to blame, the two are halved once more.
    assert _counts(results) == {"refused": 1, "updated": 2}


def test_lost_answer_is_asked_again_without_a_second_effect(prepared, sandbox, store):
    sandbox.state.faults.append(Fault(path="/batch/update", drop=True, after_applying=True))
    assert _counts(prepared.send(_rows(5))) == {"updated": 5}
    assert _effective_writes(store) == 5


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"status_code": 503}, "503"),
        *(
            ({"status_code": 200, "content": body}, "ContractError")
            for body in (b"{", b"[]", b'{"results": {}}', b'{"results": ["1100"]}', b'{"errors": "none"}', b"\xff")
        ),
    ],
)
def test_batch_that_fails_for_good_leaves_the_others(sandbox, answer, code):
    def answered(request, body):
        return httpx.Response(**answer) if body["inputs"][0]["id"] == "1100" else None

    destination = _connect(sandbox.state.url, _between(answered))
    destination.prepare(NAMES)
    results = destination.send(_rows())
    destination.close()
    assert _counts(results) == {"updated": 150, "failed": 100}
    assert _result(results, "1100").reason_code == code


def test_silence_for_every_row_is_raised(prepared, sandbox):
    sandbox.state.faults.append(Fault(path="/batch/update", times=99, status=502))
    with pytest.raises(RetryableError):
        prepared.send(_rows(150))


def test_revoked_token_is_a_fault_of_configuration(prepared, sandbox):
    sandbox.state.faults.append(Fault(path="/batch/update", times=99, status=401, body={"category": "EXPIRED"}))
    with pytest.raises(ConfigurationError, match="abm_hubspot"):
        prepared.send(_rows(1))


def test_answers_are_matched_by_id_not_by_order():
    batch = _rows(3)
    body = {
        "results": [{"id": "1002"}, {"id": "1000"}],
        "errors": [{"category": "VALIDATION_ERROR", "message": "x", "context": {"objectWriteTraceId": ["1001"]}}],
    }
    assert [result.outcome for result in read_answer(batch, body)] == ["updated", "refused", "updated"]


@pytest.mark.parametrize("category", ["RATE_LIMITS", "INTERNAL_ERROR", "MISSING_SCOPES", "NEW_TO_US"])
def test_error_that_may_pass_is_failed_not_refused(category):
    body = {"results": [], "errors": [{"category": category, "message": "x", "context": {"ids": ["1000"]}}]}
    assert read_answer(_rows(1), body)[0].outcome == "failed"


_ERRORS = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["VALIDATION_ERROR", "OBJECT_NOT_FOUND", "INTERNAL_ERROR"]),
        "context": st.one_of(
            st.just({}),
            st.fixed_dictionaries({"ids": st.lists(st.sampled_from(["1000", "1001", "1002", "7"]))}),
            st.fixed_dictionaries({"objectWriteTraceId": st.lists(st.sampled_from(["1000", "1001", "7"]))}),
        ),
    }
)


@given(
    results=st.lists(st.fixed_dictionaries({"id": st.sampled_from(["1000", "1001", "1002", "7"])})),
    errors=st.lists(_ERRORS),
)
def test_every_row_gets_exactly_one_result_whatever_the_answer(results, errors):
    answered = read_answer(_rows(3), {"results": results, "errors": errors})
    assert [result.object_key for result in answered] == ["1000", "1001", "1002"]


def test_labels_read_as_words():
    assert [fields.label(name) for name in ("abm_cltv_score", "style_since")] == ["ABM CLTV score", "Style since"]


def test_connection_without_a_token_is_told():
    with pytest.raises(ConfigurationError, match="private-app token"):
        connect(Connection("abm_hubspot"))
