"""The Google destination against the sandbox: one user list an audience, each row answered for once."""

from __future__ import annotations

import itertools
import time
from unittest.mock import patch

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from abm.destinations import Audience, Change, Result
from abm.destinations.google import sending
from abm.destinations.google.destination import connect
from abm.destinations.google.uploads import Rhythm
from abm.errors import ConfigurationError, ContractError, RetryableError
from abm.identity.hashing import google_email, google_name, google_phone
from abm.settings import Connection
from abm_sandbox.credentials import GOOGLE_ACCOUNT, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GOOGLE_REFRESH_TOKEN
from abm_sandbox.faults import Fault
from abm_sandbox.google import create_app
from abm_sandbox.google.audience_members import MOST_MEMBERS

CORE, WIDE = "Programme core", "Programme wide"
CONSENT = {"adUserData": "GRANTED", "adPersonalization": "GRANTED"}
INGEST, REMOVE, STATUS = "/v1/audienceMembers:ingest", "/v1/audienceMembers:remove", "/v1/requestStatus:retrieve"
CREDENTIALS = {"login": GOOGLE_CLIENT_ID, "password": GOOGLE_CLIENT_SECRET}


@pytest.fixture
def serve_account(server, store, clock):
    def serve_with(**values):
        app = create_app(store, limits=False, clock=clock, **{"processing_seconds": 2000} | values)
        server[1]["app"] = app
        return app

    return serve_with


@pytest.fixture
def sandbox(serve_account):
    return serve_account()


@pytest.fixture
def account(sandbox):
    return sandbox.state.ads_account


@pytest.fixture
def open_google(server, sandbox, clock):
    opened = []

    def open_with(transport=None, *, login=GOOGLE_CLIENT_ID, password=GOOGLE_CLIENT_SECRET, **extra):
        given = {"account": GOOGLE_ACCOUNT, "requests_per_minute": "0", "refresh_token": GOOGLE_REFRESH_TOKEN} | extra
        connection = Connection("abm_google", server[0], login, password, given)
        opened.append(connect(connection, transport, sleep=clock.sleep))
        return opened[-1]

    yield open_with
    for destination in opened:
        destination.close()


@pytest.fixture
def google(open_google):
    return open_google()


PHONE = google_phone("+18005550100")
SOMEONE = google_email("someone@example.com")


def _person(name, **more):
    return {"hashedEmail": google_email(f"{name}@example.com"), **CONSENT, **more}


def _create(name, audience=CORE, **more):
    return Change(f"{audience}/{name}", "create", _person(name, **more))


def _remove(name, audience=CORE, **more):
    return Change(f"{audience}/{name}", "remove", {}, _person(name, **more))


def _held(store, audience=CORE):
    """Return the identifiers that Google holds for the audience."""
    rows = store.execute(
        "select identifier from members inner join user_lists on user_lists.id = list_id where displayName = ?",
        [audience],
    )
    return {row["identifier"] for row in rows}


def _emails(*names):
    return {f"emailAddress={google_email(f'{name}@example.com')}" for name in names}


def _outcomes(results):
    return {result.object_key.partition("/")[2]: result.outcome for result in results}


def _told(results):
    return {result.object_key.partition("/")[2]: (result.outcome, result.reason_code) for result in results}


def _effective(store):
    return store.execute("select coalesce(sum(effective), 0) as n from _writes")[0]["n"]


def _requests(store):
    return [row["kind"] for row in store.execute("select kind from requests order by number")]


def test_prepare_makes_one_list_an_audience_however_often(google, open_google, store):
    first = google.prepare([CORE, WIDE])
    assert [(audience.name, audience.status) for audience in first] == [(CORE, "OPEN"), (WIDE, "OPEN")]
    assert [a.remote_id for a in google.prepare([CORE, WIDE])] == [a.remote_id for a in first]
    assert [a.remote_id for a in open_google().prepare([WIDE])] == [first[1].remote_id]
    rows = store.execute("select displayName, membershipDays from user_lists")
    assert [(row["displayName"], row["membershipDays"]) for row in rows] == [(CORE, 540), (WIDE, 540)]


@pytest.mark.parametrize("lost", [{"status": 503}, {"drop": True}])
def test_lost_answer_to_a_creation_makes_no_second_list(google, sandbox, store, lost):
    sandbox.state.faults.append(Fault(path="/userLists", method="POST", after_applying=True, **lost))
    google.prepare([CORE])
    assert [row["displayName"] for row in store.execute("select displayName from user_lists")] == [CORE]


@pytest.mark.parametrize("name", ['ABM "gold" \\ tier', "Programme core AND more"])
def test_names_with_quotes_are_found_again(google, name):
    (audience,) = google.prepare([name])
    assert google.read_back([name]) == [audience]


def test_list_that_takes_no_contact_data_or_no_members_is_told(google, store):
    google.prepare([CORE, WIDE])
    store.execute("update user_lists set uploadKeyType = 'MOBILE_ID' where displayName = ?", [CORE])
    store.execute("update user_lists set membershipStatus = 'CLOSED' where displayName = ?", [WIDE])
    with pytest.raises(ConfigurationError, match=r"(?s)takes MOBILE_ID, no contact data.*takes no members \(CLOSED\)"):
        google.prepare([CORE, WIDE])
    assert [fault.where for fault in google.missing([CORE])] == [f"Google audience '{CORE}'"]


def test_missing_tells_what_would_be_created_and_changes_nothing(google, store):
    assert [fault.problem for fault in google.missing([CORE])] == ["does not exist"]
    assert store.execute("select * from user_lists") == []
    google.prepare([CORE])
    assert google.missing([CORE]) == []


def test_credentials_are_tried_though_no_audience_is_wanted(google, open_google):
    assert google.missing([]) == []
    with pytest.raises(ConfigurationError, match="invalid_grant"):
        open_google(refresh_token="other").missing([])


def test_members_leave_as_digests_and_count_once_google_has_worked(google, store, clock):
    google.prepare([CORE, WIDE])
    whole = {"hashedPhone": PHONE, "regionCode": "us", "postalCode": "94045", "hashedGivenName": google_name("Ann"),
             "hashedFamilyName": google_name("Lee")}  # fmt: skip
    results = google.send([_create("a", **whole), _create("b"), _create("c", WIDE)])
    assert _outcomes(results) == {"a": "created", "b": "created", "c": "created"}
    assert all(result.remote_id for result in results)
    assert clock.waits == [1800.0, 2340.0]
    assert _held(store, WIDE) == _emails("c")
    assert _held(store) >= _emails("a", "b")
    assert {identifier.partition("=")[0] for identifier in _held(store)} == {"emailAddress", "phoneNumber", "address"}
    assert not any("@" in identifier or "ann" in identifier for identifier in _held(store))


@pytest.mark.parametrize("encoding", ["HEX", "base64"])
def test_both_encodings_name_the_same_person(open_google, store, encoding):
    google = open_google(encoding=encoding)
    google.prepare([CORE])
    google.send([_create("a", hashedGivenName=PHONE, hashedFamilyName=SOMEONE, regionCode="US", postalCode="94045")])
    assert _held(store) >= _emails("a")
    assert len(_held(store)) == 2


def test_sending_twice_has_one_effect(google, store):
    google.prepare([CORE])
    rows = [_create("a"), _create("b")]
    assert _outcomes(google.send(rows)) == _outcomes(google.send(rows))
    assert _effective(store) == 2


@pytest.mark.parametrize("lost", [{"status": 503}, {"status": 504}, {"drop": True}])
def test_answer_lost_after_applying_is_repeated_without_a_second_effect(google, sandbox, store, lost):
    google.prepare([CORE])
    sandbox.state.faults.append(Fault(path=INGEST, after_applying=True, **lost))
    assert _outcomes(google.send([_create("a")])) == {"a": "created"}
    assert (_held(store), _effective(store)) == (_emails("a"), 1)


def test_removal_uses_what_was_acknowledged_and_needs_no_consent(google, store):
    google.prepare([CORE])
    google.send([_create("a"), _create("b")])
    withdrawn = {"adUserData": "DENIED", "adPersonalization": None}
    assert _outcomes(google.send([_remove("a", **withdrawn), _remove("never-there")])) == {
        "a": "removed",
        "never-there": "removed",
    }
    assert _held(store) == _emails("b")


def test_removal_of_what_was_never_added_is_no_request(google, sandbox):
    sandbox.state.faults.append(Fault(status=500, times=99))
    (result,) = google.send([Change(f"{CORE}/a", "remove", {}, {"postalCode": "94045"})])
    assert (result.outcome, result.reason_code) == ("unchanged", "NO_IDENTIFIER")


def test_update_takes_only_the_identifiers_that_are_gone(google, store):
    google.prepare([CORE])
    held, wanted = _person("old", hashedPhone=PHONE), _person("new", hashedPhone=PHONE)
    google.send([Change(f"{CORE}/a", "create", held)])
    assert _outcomes(google.send([Change(f"{CORE}/a", "update", wanted, held)])) == {"a": "updated"}
    removed = store.execute("select identifier from _writes where action = 'REMOVE'")
    assert {row["identifier"] for row in removed} == _emails("old")
    assert _held(store) >= _emails("new")
    assert len(_held(store)) == 2


def test_who_takes_back_consent_leaves(google, store):
    google.prepare([CORE])
    google.send([_create("a"), _create("b")])
    denied = Change(f"{CORE}/a", "update", _person("a", adUserData="DENIED"), _person("a"))
    assert _told(google.send([denied])) == {"a": ("refused", "CONSENT_DENIED")}
    assert _held(store) == _emails("b")


def test_removal_is_answered_for_once_google_has_done_it(google, sandbox, store):
    google.prepare([CORE, WIDE])
    google.send([_create("a", WIDE), _create("b", WIDE)])
    sandbox.state.faults.append(Fault(path=STATUS, status=404))
    assert _told(google.send([_remove("a", WIDE)])) == {"a": ("failed", "404")}
    assert _outcomes(google.send([_remove("b", WIDE)])) == {"b": "removed"}
    assert _held(store, WIDE) == set()


def test_identifier_that_one_row_gives_up_and_another_brings_stays(google, store):
    google.prepare([CORE])
    held = _person("a", hashedPhone=PHONE)
    google.send([Change(f"{CORE}/a", "create", held)])
    google.send([_create("b", hashedPhone=PHONE), Change(f"{CORE}/a", "update", _person("a"), held), _create("c")])
    assert _held(store) >= _emails("a", "b", "c")
    assert len(_held(store)) == 4
    # Who brings nothing that is given up does not wait for who does.
    assert _requests(store) == ["ingest", "remove", "ingest", "ingest"]


def test_identifier_that_could_not_be_given_up_does_not_come_with_another(google, sandbox, store):
    google.prepare([CORE])
    google.send([_create("old")])
    sandbox.state.faults.append(Fault(path=REMOVE, status=503, times=99))
    changed = Change(f"{CORE}/a", "update", _person("new"), _person("old"))
    assert _told(google.send([changed, _create("b")])) == {"a": ("failed", "503"), "b": ("created", None)}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"regionCode": "US", "postalCode": "94045"}, "NO_IDENTIFIER"),
        ({"hashedEmail": SOMEONE, "email": "someone@example.com"}, "UNKNOWN_IDENTIFIER"),
        ({"hashedEmail": 5}, "INVALID_IDENTIFIER"),
        ({"hashedEmail": "someone@example.com"}, "INVALID_IDENTIFIER"),
        ({"hashedEmail": SOMEONE.upper()}, "INVALID_IDENTIFIER"),
        ({"hashedEmail": SOMEONE, "regionCode": "Germany"}, "INVALID_IDENTIFIER"),
        ({"hashedEmail": SOMEONE, "adUserData": "perhaps"}, "INVALID_IDENTIFIER"),
        ({"hashedEmail": [google_email(f"{n}@example.com") for n in range(11)], **CONSENT}, "TOO_MANY_IDENTIFIERS"),
        ({"hashedEmail": SOMEONE}, "NO_CONSENT"),
        ({"hashedEmail": SOMEONE, "regionCode": "DE", "adUserData": "GRANTED"}, "NO_CONSENT"),
        ({"hashedEmail": SOMEONE, **CONSENT, "adPersonalization": "DENIED"}, "CONSENT_DENIED"),
    ],
)
def test_row_that_must_not_or_cannot_be_sent_is_refused_here(google, store, payload, code):
    google.prepare([CORE])
    results = google.send([Change(f"{CORE}/x", "create", payload), _create("a")])
    told = {result.object_key: result for result in results}
    assert (told[f"{CORE}/x"].outcome, told[f"{CORE}/x"].reason_code) == ("refused", code)
    assert "someone" not in told[f"{CORE}/x"].reason
    assert _held(store) == _emails("a")


def test_outside_the_regions_that_ask_for_it_consent_may_be_unknown(google, store):
    google.prepare([CORE])
    row = Change(f"{CORE}/a", "create", {"hashedEmail": google_email("a@example.com"), "regionCode": "US"})
    assert _outcomes(google.send([row])) == {"a": "created"}


def test_members_google_names_are_refused_and_the_others_go_again(google, sandbox, store):
    google.prepare([CORE])
    violation = {"field": "audience_members[1].user_data.user_identifiers[0]", "reason": "INVALID_SHA256_FORMAT"}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "wrong", "details": [detail]}}
    sandbox.state.faults.append(Fault(path=INGEST, status=400, body=body))
    results = google.send([_create("a"), _create("b"), _create("c")])
    assert _told(results) == {
        "a": ("created", None),
        "b": ("refused", "INVALID_SHA256_FORMAT"),
        "c": ("created", None),
    }
    assert _held(store) == _emails("a", "c")


def test_refusal_that_names_no_member_is_no_word_on_any_row(google, sandbox, store):
    google.prepare([CORE])
    body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "wrong"}}
    sandbox.state.faults.append(Fault(path=INGEST, status=400, body=body))
    assert _told(google.send([_create("a")])) == {"a": ("failed", "INVALID_ARGUMENT")}


def test_request_that_never_stops_naming_members_ends(google, sandbox):
    google.prepare([CORE])
    violation = {"field": "audience_members[0]", "reason": "INVALID_FORMAT"}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [detail]}}
    sandbox.state.faults.append(Fault(path=INGEST, status=400, body=body, times=999))
    outcomes = list(_outcomes(google.send([_create(f"n{n}") for n in range(30)])).values())
    assert (outcomes.count("refused"), outcomes.count("failed")) == (20, 10)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("INVALID_FORMAT", "refused"), ("NO_CONSENT", "refused"), ("INTERNAL_ERROR", "failed"), ("NEW_WORD", "failed")],
)
def test_rows_that_fail_in_processing_are_told_one_by_one(google, account, store, reason, outcome):
    google.prepare([CORE])
    account.processing_errors[google_email("b@example.com")] = f"PROCESSING_ERROR_REASON_{reason}"
    assert _told(google.send([_create("a"), _create("b")])) == {"a": ("created", None), "b": (outcome, reason)}
    assert _told(google.send([_create("b")])) == {"b": (outcome, reason)}
    assert _held(store) == _emails("a")


def test_request_that_google_does_not_finish_comes_again(serve_account, google, store, clock):
    serve_account(processing_seconds=1e9)
    google.prepare([CORE])
    (result,) = google.send([_create("a")])
    assert (result.outcome, result.reason_code) == ("failed", "PROCESSING")
    assert "request " in result.reason
    assert clock.waits[0] == 1800.0
    assert max(clock.waits) <= 3600.0
    assert sum(clock.waits) <= 21_600.0


def test_status_that_cannot_be_asked_for_a_while_is_asked_again(google, sandbox, clock):
    google.prepare([CORE])
    sandbox.state.faults.append(Fault(path=STATUS, status=503, times=6))
    assert _outcomes(google.send([_create("a")])) == {"a": "created"}


def test_request_that_google_forgot_is_failed(google, store, clock, open_google):
    google.prepare([CORE])
    patient = open_google(status_first_seconds=51 * 86_400, status_wait_seconds=52 * 86_400)
    assert _told(patient.send([_create("a")])) == {"a": ("failed", "REQUEST_TOO_OLD")}


def test_validation_only_sends_nothing_and_says_so(open_google, store):
    google = open_google(validate_only="true")
    google.prepare([CORE])
    assert _told(google.send([_create("a")])) == {"a": ("held", "VALIDATE_ONLY")}
    assert (_held(store), _requests(store)) == (set(), [])


def test_platform_that_is_down_says_nothing_of_any_row(google, sandbox):
    google.prepare([CORE])
    sandbox.state.faults.append(Fault(path=INGEST, status=503, times=99))
    with pytest.raises(RetryableError):
        google.send([_create("a")])


@pytest.mark.parametrize(("limit", "waits"), [("PerMinutePerProject", 60.0), ("PerDayPerProject", 86_400.0)])
def test_spent_quota_is_waited_for_or_left_to_the_next_run(google, sandbox, limit, waits):
    google.prepare([CORE])
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "metadata": {"quota_limit": f"IngestionMutateRequests{limit}"},
    }
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [info]}}
    sandbox.state.faults.append(Fault(path=INGEST, status=429, body=body, times=99))
    with pytest.raises(RetryableError, match=limit) as error:
        google.send([_create("a")])
    assert error.value.retry_after == waits


def test_account_that_must_sign_something_is_told(google, account):
    google.prepare([CORE])
    account.are_terms_signed = False
    with pytest.raises(ConfigurationError, match="Accept the Customer Match terms"):
        google.send([_create("a")])
    account.are_terms_signed, account.is_declared = True, False
    with pytest.raises(ConfigurationError, match="declaration on EU political ads"):
        google.send([_create("a")])


def test_reader_may_not_write(google, account):
    account.role = "READ_ONLY"
    with pytest.raises(ConfigurationError, match="403 PERMISSION_DENIED"):
        google.prepare([CORE])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"account": ""}, "has no 'account'"),
        ({"account": "abc"}, "is no customer id"),
        ({"login_account": "abc"}, "'login_account' is no customer id"),
        ({"encoding": "ROT13"}, "neither HEX nor BASE64"),
        ({"membership_days": 10_000}, "not 1 to 540"),
        ({"password": ""}, "neither a service account's key nor a refresh token"),
        ({"keyfile_dict": {"client_email": "a@example.com"}}, "lacks private_key"),
        ({"keyfile_dict": "not json"}, "lacks client_email and private_key"),
        ({"key_path": "/nowhere/key.json"}, "key_path cannot be read"),
        ({"requests_per_minute": "many"}, "requests_per_minute is not a number"),
        ({"status_wait_seconds": "long"}, "status_wait_seconds is not a number"),
    ],
)
def test_connection_that_lacks_something_is_told_before_any_request(open_google, values, told):
    with pytest.raises(ConfigurationError, match=told):
        open_google(**values)


def test_no_connection_is_told():
    with pytest.raises(ConfigurationError, match="has no connection"):
        connect(None)


@pytest.mark.parametrize("login_account", ["", "999-888-7777"])
def test_account_is_taken_with_dashes_and_through_its_manager(open_google, store, login_account):
    google = open_google(account="123-456-7890", login_account=login_account)
    google.prepare([CORE])
    assert _outcomes(google.send([_create("a")])) == {"a": "created"}
    with pytest.raises(ConfigurationError, match="PERMISSION_DENIED"):
        open_google(account="555-555-5555").prepare([CORE])


def test_service_account_signs_for_its_token(open_google, account):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account.service_accounts["robot@example.com"] = public.decode()
    account.clock = time.time
    file = {"client_email": "robot@example.com", "private_key": private, "private_key_id": "k1"}
    assert len(open_google(keyfile_dict=file).prepare([CORE])) == 1
    with pytest.raises(ConfigurationError, match="invalid_grant"):
        open_google(keyfile_dict=file | {"client_email": "other@example.com"}).prepare([CORE])
    with pytest.raises(ConfigurationError, match="private_key of its key file cannot be read"):
        open_google(keyfile_dict=file | {"private_key": "torn"}).prepare([CORE])


def test_expired_token_is_fetched_again(google, account):
    google.prepare([CORE])
    account.tokens.clear()
    google.prepare([CORE, WIDE])
    assert len(account.tokens) == 1


def test_host_that_is_not_google_is_told(open_google):
    def answer(request):
        is_token = request.url.path == "/token"
        return httpx.Response(200, json={"access_token": "t"}) if is_token else httpx.Response(200, text="<html>")

    with pytest.raises(ContractError, match="not a JSON object"):
        open_google(httpx.MockTransport(answer)).prepare([CORE])


def test_read_back_tells_sizes_statuses_and_what_is_gone(google):
    (audience,) = google.prepare([CORE])
    google.send([_create(f"n{n}") for n in range(200)])
    size, gone = google.read_back([CORE, WIDE])
    assert (size.name, size.remote_id, size.status) == (CORE, audience.remote_id, "OPEN")
    assert 100 <= size.audience_size <= 200
    assert gone == Audience(WIDE, None, "MISSING")


def test_membership_ends_after_its_days_unless_sent_again(open_google, store, clock):
    google = open_google(membership_days=30)
    google.prepare([CORE])
    google.send([_create("a"), _create("b")])
    clock.now += 20 * 86_400
    google.send([_create("a")])
    clock.now += 15 * 86_400
    google.read_back([CORE])
    assert _held(store) == _emails("a")


class Requests:
    """Stands in for the client: notes what every request holds, and calls each of them a success."""

    validate_only = False

    def __init__(self):
        self.members = []

    def ingest(self, list_id, members):
        self.members.append((list_id, len(members)))
        return str(len(self.members))

    def status(self, request_id):
        return {"requestStatusPerDestination": [{"requestStatus": "SUCCESS"}]}


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(0, 25), min_size=1, max_size=3), most=st.integers(1, 10))
def test_requests_are_full_and_never_too_full(sizes, most):
    changes = [
        Change(f"{audience}/{audience}-{n}", "create", {"hashedEmail": f"{audience:02x}{n:062x}", **CONSENT})
        for audience, size in enumerate(sizes)
        for n in range(size)
    ]
    client = Requests()
    with patch.object(sending, "MEMBERS_A_REQUEST", most):
        results = sending.Sending(client, lambda name: name, Rhythm(first=1, sleep=lambda _: None)).send(changes)
    assert [result.object_key for result in results] == [change.object_key for change in changes]
    assert {result.outcome for result in results} <= {"created"}
    for audience, size in enumerate(sizes):
        full, rest = divmod(size, most)
        sent = [members for list_id, members in client.members if list_id == str(audience)]
        assert sent == [most] * full + ([rest] if rest else [])


def test_requests_hold_what_google_takes():
    assert sending.MEMBERS_A_REQUEST == MOST_MEMBERS == 10_000


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from([CORE, WIDE])), max_size=4))
def test_after_every_night_google_holds_what_is_desired(google, store, nights):
    google.prepare([CORE, WIDE])
    acknowledged = {}
    for night in [{}, *nights, {}]:
        desired = {f"{audience}/{name}": _person(name) for name, audience in night.items()}
        rows = [Change(key, "create", person) for key, person in desired.items() if key not in acknowledged]
        rows += [Change(key, "remove", {}, held) for key, held in acknowledged.items() if key not in desired]
        results = [
            result
            for are_removals in (True, False)
            for result in google.send([row for row in rows if (row.operation == "remove") is are_removals])
        ]
        assert sorted(result.object_key for result in results) == sorted(row.object_key for row in rows)
        acknowledged = desired
        for audience in (CORE, WIDE):
            assert _held(store, audience) == _emails(*(name for name, at in night.items() if at == audience))


FAULTS = {
    "throttled": {"status": 429},
    "busy": {"status": 503},
    "lost": {"drop": True, "after_applying": True},
    "lost late": {"status": 504, "after_applying": True},
    "aborted": {"status": 409},
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nights=st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("abcd"), st.sampled_from([CORE, WIDE])),
            st.lists(st.tuples(st.sampled_from([INGEST, REMOVE, STATUS]), st.sampled_from(sorted(FAULTS)),
                               st.sampled_from([1, 6, 12]), st.integers(0, 1)), max_size=3),
        ),
        max_size=4,
    )
)  # fmt: skip
@example(nights=[({"a": CORE, "b": WIDE}, [(INGEST, "busy", 6, 0)])])
@example(nights=[({"a": CORE, "b": WIDE}, []), ({"a": WIDE, "b": CORE}, [(REMOVE, "busy", 6, 0)])])
@example(nights=[({"a": CORE}, []), ({}, [(REMOVE, "lost late", 6, 0)]), ({"a": CORE}, [])])
def test_after_faults_the_next_sound_night_makes_it_right_without_a_second_effect(google, sandbox, store, nights):
    google.prepare([CORE, WIDE])
    acknowledged, before = {}, _effective(store)
    wanted = [night for night, _ in nights]
    for night, faults in [*nights, (wanted[-1] if wanted else {}, [])]:
        sandbox.state.faults[:] = [
            Fault(path=path, times=times, skip=skip, **FAULTS[kind]) for path, kind, times, skip in faults
        ]
        desired = {f"{audience}/{name}": _person(name) for name, audience in night.items()}
        removals = [Change(key, "remove", {}, held) for key, held in acknowledged.items() if key not in desired]
        staying = _apply(google, removals, acknowledged)
        joins = [Change(key, "create", person) for key, person in desired.items() if acknowledged.get(key) != person]
        _apply(google, [row for row in joins if row.object_key.partition("/")[2] not in staying], acknowledged)
    night = wanted[-1] if wanted else {}
    for audience in (CORE, WIDE):
        assert _held(store, audience) == _emails(*(name for name, at in night.items() if at == audience))
    assert set(acknowledged) == {f"{audience}/{name}" for name, audience in night.items()}
    ledger = store.execute("select list_id, identifier, action from _writes where effective order by rowid")
    by_member = {}
    for row in ledger:
        by_member.setdefault((row["list_id"], row["identifier"]), []).append(row["action"])
    for actions in by_member.values():
        assert all(one != other for one, other in itertools.pairwise(actions))
    assert before <= _effective(store)
    # Leave nothing behind for the next example.
    google.send([Change(key, "remove", {}, held) for key, held in acknowledged.items()])
    store.execute("delete from _writes")


def _apply(google, rows, acknowledged):
    """Send as a run does, keep what was acknowledged or may have been, and return who could not leave."""
    if not rows:
        return set()
    try:
        results = google.send(rows)
    except RetryableError:
        results = [Result(row.object_key, "failed") for row in rows]
    payloads = {row.object_key: row for row in rows}
    for result in results:
        row = payloads[result.object_key]
        if row.operation == "remove" and result.outcome == "removed":
            del acknowledged[result.object_key]
        elif row.operation == "remove" and result.outcome == "failed":
            # It may be gone: it is removed again, or added again where it is wanted again (abm.activation.recording).
            acknowledged[result.object_key] = {**acknowledged[result.object_key], "uncertain": True}
        elif row.operation == "create":
            # A row of unknown outcome is held with what may have arrived: it is sent again, and can be removed.
            known = row.payload if result.outcome == "created" else {**row.payload, "uncertain": True}
            acknowledged[result.object_key] = known
    return {result.object_key.partition("/")[2] for result in results if result.outcome == "failed"}
