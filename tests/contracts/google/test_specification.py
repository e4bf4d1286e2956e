"""The sandbox against Google's own files: what it checks requests by, and every kind of error it can answer with."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from abm.platforms.google import classify
from abm_sandbox.faults import Fault
from abm_sandbox.google.errors import ApiError
from abm_sandbox.google.schema import schemas

pytestmark = pytest.mark.outside
STATUSES = [400, 401, 403, 404, 409, 429, 500, 503, 504]


def _stripped(schema):
    if isinstance(schema, dict):
        return {k: _stripped(v) for k, v in schema.items() if k not in {"enumDescriptions", "enumDeprecated"}}
    return [_stripped(one) for one in schema] if isinstance(schema, list) else schema


def test_schemas_are_cut_from_the_discovery_document_unchanged(specification):
    published = specification.document["schemas"]
    assert {name: _stripped(schemas()[name]) for name in schemas()} == {
        name: _stripped(published[name]) for name in schemas()
    }
    extract = json.loads(files("abm_sandbox.google").joinpath("schemas.json").read_text())
    assert extract["revision"] == specification.document["revision"]


def test_every_path_served_is_one_of_the_specification(specification, sandbox):
    published = set()

    def walk(resource):
        for method in resource.get("methods", {}).values():
            published.add((method["httpMethod"], "/" + method["flatPath"]))
        for nested in resource.get("resources", {}).values():
            walk(nested)

    walk(specification.document)
    names = {"{type}": "{accountTypesId}", "{account}": "{accountsId}", "{id}": "{userListsId}"}
    for route in sandbox.routes:
        path = route.path
        for ours, theirs in names.items():
            path = path.replace(ours, theirs)
        for method in route.methods - {"HEAD"}:
            assert path == "/token" or (method, path) in published


@pytest.mark.parametrize("status", STATUSES)
def test_every_error_of_the_contract_can_be_injected_in_googles_shape(http, sandbox, specification, status):
    body = ApiError(status, "An error of the contract.").body()
    specification.check_error(body, status)
    sandbox.state.faults.append(Fault(status=status, body=body))
    answer = http.get("/v1/requestStatus:retrieve", params={"requestId": "r"})
    assert (answer.status_code, answer.json()) == (status, body)
    assert str(status) in str(classify(answer))


def test_matching_of_schemas_is_strict(specification):
    with pytest.raises(Exception, match="Additional properties"):
        specification.check({"requestId": "r", "more": 1}, "IngestAudienceMembersResponse")
    with pytest.raises(Exception, match="is not one of"):
        specification.check({"membershipStatus": "AJAR"}, "UserList")
