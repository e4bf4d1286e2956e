"""A Google Ads account over real HTTP, whose every request and answer is held against Google's discovery document."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import jsonschema
import orjson
import pytest

from abm_sandbox.credentials import GOOGLE_ACCOUNT
from abm_sandbox.google import create_app

SHARED_SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs" / "google"
LISTS = f"/v1/accountTypes/GOOGLE_ADS/accounts/{GOOGLE_ACCOUNT}/userLists"
CONTACT_LIST = {
    "displayName": "ABM tier 1",
    "membershipDuration": "7776000s",
    "ingestedUserListInfo": {
        "uploadKeyTypes": ["CONTACT_ID"],
        "contactIdInfo": {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"},
    },
}
GRANTED = {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"}
_PATTERNS = {"int64": r"^-?\d+$", "google-duration": r"^\d+(\.\d+)?s$"}
_ANSWERS = {
    "audienceMembers:ingest": "IngestAudienceMembersResponse",
    "audienceMembers:remove": "RemoveAudienceMembersResponse",
    "audienceMembers:removeAll": "RemoveAllAudienceMembersResponse",
    "requestStatus:retrieve": "RetrieveRequestStatusResponse",
}


class Specification:
    """The discovery document as JSON Schema, closed against members it does not name."""

    def __init__(self, folder):
        self.document = json.loads((folder / "datamanager.v1.discovery.json").read_text())
        reasons = json.loads((folder / "datamanager.v1.error-reasons.json").read_text())
        self.reasons = set(reasons["ErrorReason"])
        definitions = {name: _closed(schema) for name, schema in self.document["schemas"].items()}
        self.validators = {
            name: jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})
            for name in definitions
        }

    def check(self, body, name):
        self.validators[name].validate(body)

    def check_error(self, body, status):
        """Google's error is a google.rpc.Status with the HTTP status in `code` and its name beside it."""
        (error,) = body.values()
        assert (list(body), error["code"]) == (["error"], status)
        assert error["status"].isupper()
        self.check({name: value for name, value in error.items() if name != "status"}, "Status")
        info = next(one for one in error["details"] if one["@type"].endswith("google.rpc.ErrorInfo"))
        if info["domain"] == "datamanager.googleapis.com":
            assert info["reason"] in self.reasons
        for detail in error["details"]:
            for violation in detail.get("fieldViolations", []):
                assert violation["reason"] in self.reasons
                assert violation["field"] == violation["field"].lower()

    def check_answer(self, method, path, status, body):
        if status >= 400:
            self.check_error(body, status)
            return
        self.check(body, _answer_schema(method, path))


def _answer_schema(method, path):
    last = path.rpartition("/")[2]
    if last in _ANSWERS:
        return _ANSWERS[last]
    if method == "DELETE":
        return "Empty"
    return "ListUserListsResponse" if (method, last) == ("GET", "userLists") else "UserList"


def _closed(schema):
    """Turn one discovery schema into JSON Schema: references by name, `any`, texts of a format."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    if schema.get("format") in _PATTERNS:
        return {"type": "string", "pattern": _PATTERNS[schema["format"]]}
    if schema["type"] == "array":
        return {"type": "array", "items": _closed(schema["items"])}
    if schema["type"] != "object":
        return {key: value for key, value in schema.items() if key in {"type", "enum"} and value != "any"}
    more = schema.get("additionalProperties")
    return {
        "type": "object",
        "properties": {name: _closed(value) for name, value in schema.get("properties", {}).items()},
        "additionalProperties": _closed(more) if more else False,
    }


@pytest.fixture(scope="session")
def specification():
    if not SHARED_SPECS.exists():
        pytest.skip("the discovery document lies outside the repository")
    return Specification(SHARED_SPECS)


@pytest.fixture
def google_url(server):
    return server[0]


@pytest.fixture
def serve_app(server, store, clock):
    def serve_with(**values):
        server[1]["app"] = create_app(store, clock=clock, **{"processing_seconds": 60} | values)
        return server[1]["app"]

    return serve_with


@pytest.fixture
def sandbox(serve_app):
    return serve_app()


@pytest.fixture
def account(sandbox):
    return sandbox.state.ads_account


@pytest.fixture
def http(google_url, account, request):
    """A client whose every exchange with /v1 is checked where the discovery document is at hand."""
    known = request.getfixturevalue("specification") if SHARED_SPECS.exists() else None

    def checked(response):
        path = response.request.url.path
        response.read()
        if known and path.startswith("/v1/"):
            known.check_answer(response.request.method, path, response.status_code, orjson.loads(response.content))

    headers = {"Authorization": f"Bearer {account.open_token()}"}
    with httpx.Client(base_url=google_url, headers=headers, event_hooks={"response": [checked]}) as client:
        yield client


@pytest.fixture
def make_list(http):
    def make(**values):
        answer = http.post(LISTS, json=CONTACT_LIST | values)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    return make


@pytest.fixture
def list_id(make_list):
    return make_list()


@pytest.fixture
def call(http, list_id):
    """Send members to a list by one of the methods and return the answer."""

    def send(method, *members, **values):
        terms = {"termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"}, "consent": GRANTED}
        body = {
            "destinations": [
                {
                    "operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": GOOGLE_ACCOUNT},
                    "productDestinationId": list_id,
                }
            ],
            "audienceMembers": list(members),
            "encoding": "HEX",
            **(terms if method == "ingest" else {}),
            **values,
        }
        return http.post(f"/v1/audienceMembers:{method}", json={k: v for k, v in body.items() if v is not None})

    return send


@pytest.fixture
def status_of(http, clock):
    """Let the request be worked on, and return what is told of its first destination."""

    def read(answer, seconds=60.0):
        assert answer.status_code == 200, answer.text
        clock.now += seconds
        told = http.get("/v1/requestStatus:retrieve", params={"requestId": answer.json()["requestId"]})
        return told.json()["requestStatusPerDestination"][0]

    return read
