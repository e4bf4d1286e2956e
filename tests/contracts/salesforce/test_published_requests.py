"""Every request of Salesforce's own Postman collection has an answer here, or a reason why not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs" / "salesforce" / "postman"
NOT_SERVED = {
    "async_query/": "Async SOQL was retired by Salesforce in 2023",
    "auth/web_server_flow_1": "a page for a person in a browser",
    "composite/composite_graph": "undoes a whole graph; nothing here sends one",
    "composite/sobject_tree": "creates nested records; nothing here sends one",
}
ANSWERED_ERRORS = {"NOT_FOUND", "METHOD_NOT_ALLOWED"}
NAMES = sorted(str(path.relative_to(SPECS).with_suffix("")) for path in SPECS.rglob("*.json"))

pytestmark = pytest.mark.outside


@pytest.fixture
def published(request):
    if not SPECS.is_dir():
        pytest.skip("needs ../shared/specs, which is not part of the repository (licences)")
    return json.loads((SPECS / f"{request.param}.json").read_text())


def jobs(sandbox):
    """Return an open ingest job and a finished query job."""
    ingest = sandbox.ask("POST", "/jobs/ingest", json={"object": "Account", "operation": "update"}).json()["id"]
    query = {"operation": "query", "query": "SELECT Id FROM Account"}
    return ingest, sandbox.ask("POST", "/jobs/query", json=query).json()["id"]


def answer(sandbox, published):
    ingest, query = jobs(sandbox)
    job = query if "/jobs/query/" in published["url"] else ingest
    values = {
        "{{_endpoint}}": "",
        "{{url}}{{site}}": "",
        "{{version}}": "67.0",
        "{{_jobId}}": job,
        "<SOBJECT_API_NAME>": "Account",
        "<RECORD_ID>": sandbox.accounts[0],
        "start=&end=": "start=2026-01-01T00:00:00Z&end=2026-12-31T00:00:00Z",
        "?ids&fields": f"?ids={sandbox.accounts[0]}&fields=Name",
        "?ids&allOrNone": f"?ids={sandbox.accounts[0]}&allOrNone=false",
    }
    url = published["url"]
    for placeholder, value in values.items():
        url = url.replace(placeholder, value)
    form = {item["key"]: item["value"] for item in published.get("data") or []}
    if form:
        return sandbox.http.request(published["method"], url, data=form)
    return sandbox.http.request(published["method"], url, content=published.get("rawModeData") or "")


@pytest.mark.parametrize("published", NAMES, indirect=True)
def test_published_request_is_answered(sandbox, published, request):
    name = request.node.callspec.params["published"]
    response = answer(sandbox, published)
    if any(name.startswith(part) for part in NOT_SERVED):
        assert response.status_code == 404
    elif name.startswith("auth/"):
        assert response.status_code == 200 or re.fullmatch(r"[a-z_]+", response.json()["error"])
    elif "external_id" in name:
        assert "external ID field does not exist" in response.json()[0]["message"]
    elif response.status_code >= 400:
        assert response.json()[0]["errorCode"] not in ANSWERED_ERRORS
