"""Audience members: a request is taken or refused whole, worked on later, and told of member by member."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm.destinations.google.identifiers import IDENTIFYING, identifiers_of
from abm.errors import RefusedError
from abm.identity.hashing import google_name
from abm.identity.platforms import Known, digests
from abm_sandbox.credentials import GOOGLE_ACCOUNT, GOOGLE_MANAGER
from abm_sandbox.google.processing import match_rate_range

GRANTED = {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"}
DIGEST = "ab" * 32
ADDRESS = {"givenName": DIGEST, "familyName": DIGEST, "regionCode": "US", "postalCode": "94045"}
DAY = 86_400.0


def _email(n):
    return {"emailAddress": f"{n:064x}"}


def _member(*identifiers, **values):
    return {"userData": {"userIdentifiers": list(identifiers)}, **values}


def _held(store):
    return {row["identifier"] for row in store.execute("select identifier from members")}


def _reasons(answer):
    details = answer.json()["error"]["details"]
    return [one["reason"] for detail in details for one in detail.get("fieldViolations", [])]


def test_request_is_worked_on_for_a_while_and_counts_then(call, status_of, store):
    answer = call("ingest", _member(_email(1)), _member(_email(2), {"phoneNumber": DIGEST}, {"address": ADDRESS}))
    assert set(answer.json()) == {"requestId"}
    assert status_of(answer, 59.0)["requestStatus"] == "PROCESSING"
    assert _held(store) == set()
    told = status_of(answer, 1.0)
    assert told["requestStatus"] == "SUCCESS"
    assert told["audienceMembersIngestionStatus"]["userDataIngestionStatus"] == {
        "recordCount": "2",
        "userIdentifierCount": "4",
        "uploadMatchRateRange": "MATCH_RATE_RANGE_NOT_ELIGIBLE",
    }
    assert len(_held(store)) == 4


def test_removing_what_is_there_and_what_is_not_is_a_success(call, status_of, store):
    status_of(call("ingest", _member(_email(1)), _member(_email(2))))
    told = status_of(call("remove", _member(_email(1)), _member(_email(9))))
    assert told["requestStatus"] == "SUCCESS"
    assert told["audienceMembersRemovalStatus"]["userDataRemovalStatus"]["recordCount"] == "2"
    assert _held(store) == {f"emailAddress={2:064x}"}
    effects = store.execute("select action, effective from _writes order by rowid")
    assert [tuple(row) for row in effects] == [("ADD", 1), ("ADD", 1), ("REMOVE", 1), ("REMOVE", 0)]


def test_adding_twice_has_one_effect(call, status_of, store):
    for _ in range(2):
        status_of(call("ingest", _member(_email(1))))
    assert [row["effective"] for row in store.execute("select effective from _writes")] == [1, 0]


def test_validation_keeps_nothing_and_its_id_leads_nowhere(http, call, store):
    answer = call("ingest", _member(_email(1)), validateOnly=True)
    asked = http.get("/v1/requestStatus:retrieve", params={"requestId": answer.json()["requestId"]})
    assert (answer.status_code, asked.status_code) == (200, 404)
    assert store.execute("select * from requests") == []
    assert call("ingest", _member({"emailAddress": "x"}), validateOnly=True).status_code == 400


@pytest.mark.parametrize(
    ("member", "reasons"),
    [
        (_member(), ["NO_IDENTIFIERS_PROVIDED"]),
        ({}, ["NO_IDENTIFIERS_PROVIDED"]),
        (_member(*map(_email, range(11))), ["TOO_MANY_USER_IDENTIFIERS"]),
        (_member({"emailAddress": "someone@example.com"}), ["INVALID_HEX_ENCODING"]),
        (_member({"emailAddress": "abcd"}), ["INVALID_SHA256_FORMAT"]),
        (_member({"emailAddress": DIGEST, "phoneNumber": DIGEST}), ["INVALID_FORMAT"]),
        (_member({"address": {"givenName": DIGEST, "regionCode": "US"}}), ["REQUIRED_FIELD_MISSING"] * 2),
        (_member({"address": ADDRESS | {"givenName": "ann"}}), ["INVALID_HEX_ENCODING"]),
        (_member({"address": ADDRESS | {"regionCode": "USA"}}), ["INVALID_COUNTRY_CODE"]),
        (_member({"address": ADDRESS | {"postalCode": "9" * 17}}), ["INVALID_POSTAL_CODE"]),
        (_member(_email(1), mobileData={"mobileIds": ["x"]}), ["MULTIPLE_DATA_TYPES_NOT_ALLOWED"]),
        ({"mobileData": {"mobileIds": ["x"]}}, ["INVALID_AUDIENCE_MEMBER"]),
        (_member(_email(1), destinationReferences=["elsewhere"]), ["INVALID_DESTINATION"]),
        (_member({"addressInfo": ADDRESS}), ["INVALID_FORMAT"]),
        (_member(_email(1), consent={"adUserData": "YES"}), ["INVALID_ENUM_VALUE"]),
    ],
)
def test_one_wrong_member_fails_the_request_and_is_named(call, store, member, reasons):
    answer = call("ingest", _member(_email(1)), member)
    assert (answer.status_code, _reasons(answer)) == (400, reasons)
    violations = answer.json()["error"]["details"][2]["fieldViolations"]
    assert all(one["field"].startswith("audience_members[1]") for one in violations)
    assert store.execute("select * from requests") == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"audienceMembers": []}, "REQUIRED_FIELD_MISSING"),
        ({"audienceMembers": [_member(_email(1))] * 10_001}, "TOO_MANY_AUDIENCE_MEMBERS"),
        ({"encoding": None}, "REQUIRED_FIELD_MISSING"),
        ({"destinations": []}, "REQUIRED_FIELD_MISSING"),
        ({"termsOfService": None}, "TERMS_AND_CONDITIONS_NOT_SIGNED"),
        ({"termsOfService": {"customerMatchTermsOfServiceStatus": "REJECTED"}}, "TERMS_AND_CONDITIONS_NOT_SIGNED"),
        ({"surprise": 1}, "INVALID_FORMAT"),
    ],
)
def test_request_that_lacks_something_is_refused(call, values, reason):
    answer = call("ingest", _member(_email(1)), **values)
    assert (answer.status_code, _reasons(answer)) == (400, [reason])


@pytest.mark.parametrize(
    ("change", "code", "reasons"),
    [
        (lambda one: [one] * 11, 400, ["TOO_MANY_DESTINATIONS"]),
        (lambda one: [one | {"reference": "a"}] * 2, 400, ["DUPLICATE_DESTINATION_REFERENCE"]),
        (lambda one: [one | {"productDestinationId": "99"}], 400, ["INVALID_USER_LIST_ID"]),
        (lambda one: [one | {"operatingAccount": {"accountId": ""}}], 400, ["REQUIRED_FIELD_MISSING"]),
        (
            lambda one: [one | {"operatingAccount": {"accountType": "DATA_PARTNER", "accountId": GOOGLE_ACCOUNT}}],
            400,
            ["DESTINATION_ACCOUNT_TYPE_MISMATCH"],
        ),
        (lambda one: [one | {"operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": "55"}}], 403, []),
        (lambda one: [one | {"loginAccount": {"accountType": "GOOGLE_ADS", "accountId": "55"}}], 403, []),
        (lambda one: [one | {"loginAccount": {"accountType": "GOOGLE_ADS", "accountId": GOOGLE_MANAGER}}], 200, None),
        (lambda one: [one | {"operatingAccount": {"product": "GOOGLE_ADS", "accountId": GOOGLE_ACCOUNT}}], 200, None),
    ],
)
def test_destinations_are_checked_before_any_member(call, list_id, change, code, reasons):
    account = {"accountType": "GOOGLE_ADS", "accountId": GOOGLE_ACCOUNT}
    one = {"operatingAccount": account, "productDestinationId": list_id}
    answer = call("ingest", _member(_email(1)), destinations=change(one))
    assert answer.status_code == code
    assert reasons is None or _reasons(answer) == reasons


def test_list_of_another_kind_takes_no_contact_data(make_list, call, list_id):
    other = make_list(displayName="Phones", ingestedUserListInfo={"uploadKeyTypes": ["MOBILE_ID"]})
    account = {"accountType": "GOOGLE_ADS", "accountId": GOOGLE_ACCOUNT}
    answer = call(
        "ingest", _member(_email(1)), destinations=[{"operatingAccount": account, "productDestinationId": other}]
    )
    assert _reasons(answer) == ["INVALID_USER_LIST_TYPE"]


def test_enums_are_taken_by_number_as_the_grpc_client_sends_them(http, list_id, status_of, store):
    account = {"accountType": 1, "accountId": GOOGLE_ACCOUNT}
    body = {
        "destinations": [{"operatingAccount": account, "productDestinationId": list_id}],
        "audienceMembers": [_member(_email(1), consent={"adUserData": 1, "adPersonalization": 1})],
        "encoding": 1,
        "termsOfService": {"customerMatchTermsOfServiceStatus": 1},
    }
    answer = http.post("/v1/audienceMembers:ingest", params={"$alt": "json;enum-encoding=int"}, json=body)
    assert status_of(answer)["requestStatus"] == "SUCCESS"
    assert len(_held(store)) == 1


def test_both_encodings_are_one_identifier(call, status_of, store):
    status_of(call("ingest", _member({"emailAddress": DIGEST})))
    encoded = base64.b64encode(bytes.fromhex(DIGEST)).decode()
    status_of(call("ingest", _member({"emailAddress": encoded}), encoding="BASE64"))
    status_of(call("ingest", _member({"emailAddress": DIGEST.upper()})))
    assert _held(store) == {f"emailAddress={DIGEST}"}
    assert _reasons(call("ingest", _member({"emailAddress": "%"}), encoding="BASE64")) == ["INVALID_BASE64_ENCODING"]


def test_encrypted_members_cannot_be_read_here(call, status_of, store):
    key = {"gcpWrappedKeyInfo": {"encryptedDek": "x", "kekUri": "gcp-kms://k", "keyType": "XCHACHA20_POLY1305"}}
    told = status_of(call("ingest", _member({"emailAddress": "cipher"}), encoding=None, encryptionInfo=key))
    assert told["requestStatus"] == "FAILED"
    assert told["errorInfo"]["errorCounts"][0]["reason"] == "PROCESSING_ERROR_REASON_DEK_DECRYPTION_ERROR"


def test_members_who_fail_in_processing_are_told_by_index(call, status_of, account, store):
    for n in (1, 3):
        account.processing_errors[f"{n:064x}"] = "PROCESSING_ERROR_REASON_INVALID_FORMAT"
    told = status_of(call("ingest", *(_member(_email(n)) for n in range(5))))
    assert told["requestStatus"] == "PARTIAL_SUCCESS"
    assert told["errorInfo"]["errorCounts"] == [
        {"reason": "PROCESSING_ERROR_REASON_INVALID_FORMAT", "recordCount": "2", "recordIndices": [1, 3]}
    ]
    assert _held(store) == {f"emailAddress={n:064x}" for n in (0, 2, 4)}


@pytest.mark.parametrize(
    ("consent", "of_member", "region", "reason"),
    [
        (GRANTED, {}, "DE", None),
        (None, {}, "US", None),
        (None, {}, "DE", "NO_CONSENT"),
        (GRANTED, {"adPersonalization": "CONSENT_DENIED"}, "US", "DENIED_CONSENT"),
        ({"adUserData": "CONSENT_DENIED"}, GRANTED, "DE", None),
        ({"adUserData": "CONSENT_DENIED"}, {}, "US", "DENIED_CONSENT"),
    ],
)
def test_consent_decides_and_the_members_own_goes_before(call, status_of, consent, of_member, region, reason):
    person = _member({"address": ADDRESS | {"regionCode": region}}, consent=of_member)
    told = status_of(call("ingest", person, consent=consent))
    counts = told.get("errorInfo", {}).get("errorCounts", [])
    assert [count["reason"] for count in counts] == ([f"PROCESSING_ERROR_REASON_{reason}"] if reason else [])


def test_members_name_the_destinations_they_are_for(http, make_list, status_of, store):
    lists = [make_list(displayName=name) for name in "AB"]
    account = {"accountType": "GOOGLE_ADS", "accountId": GOOGLE_ACCOUNT}
    body = {
        "destinations": [
            {"reference": f"d{place}", "operatingAccount": account, "productDestinationId": one}
            for place, one in enumerate(lists)
        ],
        "audienceMembers": [_member(_email(1), destinationReferences=["d1"]), _member(_email(2))],
        "encoding": "HEX",
        "consent": GRANTED,
        "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
    }
    assert status_of(http.post("/v1/audienceMembers:ingest", json=body))["requestStatus"] == "SUCCESS"
    rows = store.execute("select list_id, count(*) as n from members group by 1 order by 1")
    assert [(str(row["list_id"]), row["n"]) for row in rows] == [(lists[0], 1), (lists[1], 2)]


def test_membership_ends_after_its_duration_unless_sent_again(call, status_of, store, clock, account):
    status_of(call("ingest", _member(_email(1)), _member(_email(2))))
    clock.now += 80 * DAY
    account.settle()
    assert len(_held(store)) == 2
    account.tokens = dict.fromkeys(account.tokens, float("inf"))
    status_of(call("ingest", _member(_email(1))))
    clock.now += 10 * DAY
    account.settle()
    assert _held(store) == {f"emailAddress={1:064x}"}


def test_remove_all_takes_who_was_added_before_the_time_given(http, call, status_of, store, clock, list_id):
    status_of(call("ingest", _member(_email(1))))
    between = "2026-09-21T14:14:30Z"  # half a minute after the first, half before the second
    status_of(call("ingest", _member(_email(2))))
    account = {"accountType": "GOOGLE_ADS", "accountId": GOOGLE_ACCOUNT}
    body = {"destinations": [{"operatingAccount": account, "productDestinationId": list_id}]}
    told = status_of(http.post("/v1/audienceMembers:removeAll", json=body | {"removeAsOfTime": between}))
    assert told["removeAllAudienceMembersStatus"] == {}
    assert len(_held(store)) == 1
    assert _reasons(http.post("/v1/audienceMembers:removeAll", json=body | {"removeAsOfTime": "soon"})) == [
        "INVALID_REMOVE_AS_OF_TIME"
    ]
    status_of(http.post("/v1/audienceMembers:removeAll", json=body))
    assert _held(store) == set()


def test_status_of_no_request_and_of_an_old_one(http, call, account, clock):
    ask = "/v1/requestStatus:retrieve"
    assert _reasons(http.get(ask)) == ["REQUIRED_FIELD_MISSING"]
    assert http.get(ask, params={"requestId": "none"}).status_code == 404
    request_id = call("ingest", _member(_email(1))).json()["requestId"]
    clock.now += 51 * DAY
    account.tokens = dict.fromkeys(account.tokens, float("inf"))
    assert _reasons(http.get(ask, params={"requestId": request_id})) == ["REQUEST_TOO_OLD"]


def test_match_rate_is_told_as_a_range():
    people = [[f"emailAddress={n:064x}"] for n in range(1000)]
    assert match_rate_range(people) in {"MATCH_RATE_RANGE_81_TO_90", "MATCH_RATE_RANGE_91_TO_100"}
    assert match_rate_range(people[:99]) == "MATCH_RATE_RANGE_NOT_ELIGIBLE"


VECTORS = [
    ("email", "  ALEXZ@example.com   ", "509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a"),
    (
        "email",
        "cloudy.sanfrancisco+shopping@gmail.com",
        "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4",
    ),
    ("email", "user.name+NYC@Example.com", "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac"),
    ("phone", "(800) 555-0100", "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"),
    ("phone", "1 800 555 0100", "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"),
    ("phone", "+1 800-555-0100", "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"),
]


def _digests(known):
    """Return what is kept of a record for Google, by the names under which a planned row holds it."""
    return {name: digest for platform, name, digest in digests(known) if platform == "google"}


@pytest.mark.parametrize(("field", "text", "digest"), VECTORS)
def test_the_vendors_vectors_arrive_as_they_should(call, status_of, store, field, text, digest):
    known = Known(**{field: text}, country="US")
    (identifier,) = identifiers_of(_digests(known) | {"regionCode": known.country_code})
    assert status_of(call("ingest", _member(identifier)))["requestStatus"] == "SUCCESS"
    sort = {"email": "emailAddress", "phone": "phoneNumber"}[field]
    assert _held(store) == {f"{sort}={digest}"}


@pytest.mark.parametrize(("field", "text", "_digest"), VECTORS)
def test_what_a_vector_was_made_of_is_refused_under_every_name(field, text, _digest):
    for name, code in ((field, "UNKNOWN_IDENTIFIER"), *((name, "INVALID_IDENTIFIER") for name in IDENTIFYING)):
        with pytest.raises(RefusedError) as refused:
            identifiers_of({"hashedEmail": DIGEST, "regionCode": "US"} | {name: text})
        assert refused.value.code == code


def test_names_of_a_record_do_not_leave(call, status_of, store):
    """No source has a postal code, without which Google takes no names (decision 0026): none is kept, none is sent."""
    known = Known(email="alexz@example.com", first_name=" Givenname", last_name="Dr. Familyname, Jr.", country="US")
    kept = _digests(known)
    assert kept.keys() == {"hashedEmail"}
    names = {"hashedGivenName": google_name(known.first_name), "hashedFamilyName": google_name(known.last_name)}
    identifiers = identifiers_of(kept | names | {"regionCode": "US"})
    assert identifiers == [{"emailAddress": kept["hashedEmail"]}]
    status_of(call("ingest", _member(*identifiers)))
    assert _held(store) == {f"emailAddress={VECTORS[0][2]}"}
    with pytest.raises(RefusedError) as refused:
        identifiers_of(names | {"regionCode": "US"})
    assert refused.value.code == "NO_IDENTIFIER"


def test_names_of_the_vectors_stand_in_a_whole_address(call, status_of, store):
    """A row that has a postal code, which no record has today (decision 0026), names a person by address."""
    names = {"hashedGivenName": google_name(" Givenname"), "hashedFamilyName": google_name("Dr. Familyname, Jr.")}
    (identifier,) = identifiers_of(names | {"regionCode": "us", "postalCode": " 94045 "})
    assert identifier == {
        "address": {
            "givenName": "128a07bfe2df877c52076e60d7774cf5baaa046c5a6c48daf30ff43ecca2f814",
            "familyName": "77762c287e61ce065bee5c15464012c6fbe088398b8057627d5577249430d574",
            "regionCode": "US",
            "postalCode": "94045",
        }
    }
    assert status_of(call("ingest", _member(identifier)))["requestStatus"] == "SUCCESS"
    assert [held.partition("=")[0] for held in _held(store)] == ["address"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["ingest", "remove"]), st.sets(st.integers(0, 5), min_size=1)), max_size=5))
def test_members_are_what_a_set_would_hold(call, store, clock, account, requests):
    account.tokens = dict.fromkeys(account.tokens, float("inf"))
    expected = {int(one.partition("=")[2], 16) for one in _held(store)}
    for method, people in requests:
        assert call(method, *(_member(_email(n)) for n in people)).status_code == 200
        expected = expected | people if method == "ingest" else expected - people
    clock.now += 60
    account.settle()
    assert _held(store) == {f"emailAddress={n:064x}" for n in expected}
