"""Every answer of the sandbox, success or error, keeps to Meta's node specifications and the documented error shape."""

from __future__ import annotations

import re

import pytest

from abm_sandbox.credentials import META_ACCOUNT
from abm_sandbox.faults import Fault
from abm_sandbox.meta import app
from abm_sandbox.meta.audiences import FIELDS, FILE_SOURCES, SUBTYPES
from abm_sandbox.meta.errors import ERRORS

from .conftest import digest

ALL_FIELDS = ",".join(FIELDS)
SESSION = {"session_id": 9778993, "batch_seq": 1, "last_batch_flag": True, "estimated_num_total": 5}
_ERROR_TYPES = {
    "message": str,
    "type": str,
    "code": int,
    "error_subcode": int,
    "is_transient": bool,
    "error_user_title": str,
    "error_user_msg": str,
    "fbtrace_id": str,
}


def _check_error(body):
    assert body.keys() == {"error"}
    error = body["error"]
    assert {"message", "type", "code", "is_transient", "fbtrace_id"} <= error.keys()
    for name, value in error.items():
        assert type(value) is _ERROR_TYPES[name], name


@pytest.mark.outside
@pytest.mark.parametrize("people", [0, 2, 400])
def test_audience_has_the_fields_and_types_of_its_node(http, specification, audience, account, write, clock, people):
    if people:
        write(*range(people))
    for _ in range(2):  # while it is updated, and after
        told = http.get(f"/{audience}", params={"fields": ALL_FIELDS}).json()
        specification.check(told, "CustomAudience")
        clock.now += 60
    account.flag(audience)
    told = http.get(f"/{audience}", params={"fields": ALL_FIELDS}).json()
    specification.check(told, "CustomAudience")
    assert told["fields_violating_integrity_policy"] == ["name"]


@pytest.mark.outside
def test_list_sessions_and_terms_hold_their_nodes(http, specification, audience, write):
    write(1, 2, session=SESSION)
    listed = http.get(f"/{META_ACCOUNT}/customaudiences", params={"fields": ALL_FIELDS}).json()
    for element in listed["data"]:
        specification.check(element, "CustomAudience")
    for session in http.get(f"/{audience}/sessions").json()["data"]:
        specification.check(session, "CustomAudienceSession")
    for terms in http.get(f"/{META_ACCOUNT}/customaudiencestos").json()["data"]:
        specification.check(terms, "CustomAudiencesTOS")


@pytest.mark.outside
def test_served_calls_and_enums_are_of_the_specification(specification):
    own = {"GET": "#get", "POST": "#update", "DELETE": "#delete"}
    for route in app.ROUTES:
        edge = route.path.removeprefix("/{version}/{id}").strip("/")
        method = next(iter(route.methods - {"HEAD"}))
        call = (method, edge or own[method])
        assert call in specification.edges("CustomAudience") | specification.edges("AdAccount"), call
    prefix = "adaccountcustomaudiences"
    assert specification.enum(f"{prefix}_customer_file_source_enum_param") == FILE_SOURCES
    assert specification.enum(f"{prefix}_subtype_enum_param") >= SUBTYPES


@pytest.mark.outside
def test_data_source_of_our_requests_is_of_the_specification(specification):
    assert "FILE_IMPORTED" in specification.enum("CustomAudienceDataSource_type")
    assert "HASHES" in specification.enum("CustomAudienceDataSource_sub_type")


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_of_the_contract_can_be_injected_in_its_shape(http, sandbox, name):
    error = ERRORS[name]
    sandbox.state.faults.append(Fault(path="/customaudiences", status=error.status, body=error.body()))
    answer = http.get(f"/{META_ACCOUNT}/customaudiences")
    assert (answer.status_code, answer.json()["error"]["code"]) == (error.status, error.code)
    _check_error(answer.json())
    assert http.get(f"/{META_ACCOUNT}/customaudiences").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "subcode"),
    [
        ("POST", "/act_700000001/customaudiences", {"subtype": "CUSTOM"}, 100, None),
        ("POST", "/act_700000001/customaudiences", {"name": "A", "subtype": "PEOPLE"}, 100, None),
        ("POST", "/act_700000001/customaudiences", {"name": "A"}, 100, None),
        ("POST", "/act_9/customaudiences", {"name": "A"}, 100, 33),
        ("GET", "/act_700000001/customaudiences?fields=people", None, 100, None),
        ("GET", "/act_700000001/customaudiences?limit=all", None, 100, None),
        ("GET", "/999", None, 100, 33),
        ("PUT", "/999", {}, 100, 33),
        ("GET", "/a/b/c", None, 2500, None),
        ("POST", "/999/users", {"payload": {}}, 100, 33),
        ("POST", "/{audience}/users", {}, 100, None),
        ("POST", "/{audience}/users", {"payload": "no json"}, 100, None),
        ("POST", "/{audience}/users", {"payload": {"schema": "EMAIL_SHA256", "data": []}}, 100, None),
        ("POST", "/{audience}/users", {"payload": {"schema": ["EMAIL", "FN"], "data": [["a"]]}}, 100, None),
        ("POST", "/{audience}/users", {"payload": {"schema": ["MAIL"], "data": [["a"]]}}, 100, None),
        ("POST", "/{audience}/usersreplace", {"payload": {"schema": ["EMAIL"], "data": [["a"]]}}, 100, None),
    ],
)
def test_faulty_request_is_refused_in_the_documented_shape(http, audience, method, path, body, code, subcode):
    answer = http.request(method, path.format(audience=audience), json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("error_subcode")) == (400, code, subcode)
    _check_error(answer.json())


@pytest.mark.parametrize(
    "session",
    [
        {"session_id": 0, "batch_seq": 1},
        {"session_id": 2**63, "batch_seq": 1},
        {"session_id": "1", "batch_seq": 1},
        {"session_id": 1, "batch_seq": 0},
        {"session_id": 1, "batch_seq": 1, "last_batch_flag": "yes"},
        [1],
    ],
)
def test_faulty_session_is_refused(http, audience, session):
    payload = {"schema": "EMAIL_SHA256", "data": [digest(1)]}
    answer = http.post(f"/{audience}/users", json={"payload": payload, "session": session})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
    _check_error(answer.json())


def test_answers_carry_the_three_usage_headers(http):
    headers = http.get(f"/{META_ACCOUNT}/customaudiences").headers
    assert re.fullmatch(r'\{"700000001":\[\{"type":"custom_audience",.+\}\]\}', headers["x-business-use-case-usage"])
    assert {"x-app-usage", "x-ad-account-usage"} <= headers.keys()
    assert "retry-after" not in headers
