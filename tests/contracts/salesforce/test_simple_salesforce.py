"""The unofficial but usual Python client works against the sandbox unchanged."""

from __future__ import annotations

import io
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce, bulk2
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from abm_sandbox.credentials import SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET


@pytest.fixture
def quick_bulk(monkeypatch):
    """The client waits five seconds before each look at a job; the sandbox needs none of it."""
    monkeypatch.setattr(bulk2, "sleep", lambda _: None)


def test_query_all_reads_every_page(salesforce, sandbox):
    sandbox.org.max_page_rows = 200
    records = salesforce.query_all("SELECT Id, Name FROM Account ORDER BY Name")["records"]
    assert [record["Name"] for record in records] == [f"Company {at:03d}" for at in range(450)]


def test_describe_names_custom_fields(salesforce):
    fields = {found["name"]: found for found in salesforce.Account.describe()["fields"]}
    assert fields["ABM_Style__c"]["custom"]
    assert fields["ABM_Style__c"]["updateable"]
    assert not fields["SystemModstamp"]["updateable"]
    assert fields["Name"]["length"] == 255


def test_record_is_created_read_updated_and_deleted(salesforce):
    made = salesforce.Account.create({"Name": "Example"})["id"]
    assert salesforce.Account.update(made, {"Industry": "Banking"}) == 204
    assert salesforce.Account.get(made)["Industry"] == "Banking"
    assert salesforce.Account.delete(made) == 204
    with pytest.raises(SalesforceResourceNotFound):
        salesforce.Account.get(made)


def test_usage_is_told(salesforce):
    salesforce.limits()
    assert salesforce.api_usage["api-usage"].total == 100_000


def test_wrong_field_is_an_error_that_names_it(salesforce):
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'Colour'"):
        salesforce.query("SELECT Colour FROM Account")


def test_expired_session_is_renewed(salesforce, sandbox):
    salesforce.query("SELECT Id FROM Account LIMIT 1")
    sandbox.org.tokens.clear()
    assert salesforce.query("SELECT Id FROM Account LIMIT 1")["totalSize"] == 1


def test_collections_by_restful(salesforce, sandbox):
    records = [{"attributes": {"type": "Account"}, "id": key, "ABM_Style__c": "few"} for key in sandbox.accounts[:2]]
    answers = salesforce.restful("composite/sobjects", method="PATCH", json={"records": records})
    assert [answer["id"] for answer in answers] == sandbox.accounts[:2]


@pytest.mark.usefixtures("quick_bulk")
def test_bulk_update_and_its_results(salesforce, sandbox):
    rows = [{"Id": key, "ABM_Style__c": "few"} for key in sandbox.accounts]
    rows[3]["Id"] = "001000000000000AAA"
    (told,) = salesforce.bulk2.Account.update(records=rows)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (450, 1)
    assert "INVALID_CROSS_REFERENCE_KEY" in salesforce.bulk2.Account.get_failed_records(told["job_id"])
    assert salesforce.bulk2.Account.get_successful_records(told["job_id"]).count("false") == 449


@pytest.mark.usefixtures("quick_bulk")
def test_bulk_upsert_by_external_id(salesforce, sandbox):
    salesforce.restful(
        "tooling/sobjects/CustomField",
        method="POST",
        json={
            "FullName": "Account.Key__c",
            "Metadata": {"label": "Key", "type": "Text", "length": 20, "externalId": True, "required": True},
        },
    )
    content = "Key__c,Name\nk1,First\nk2,Second\n"
    for created in ("true", "false"):
        (told,) = salesforce.bulk2.Account.upsert(records=_records(content), external_id_field="Key__c")
        assert salesforce.bulk2.Account.get_successful_records(told["job_id"]).count(f'"{created}"') == 2
    assert salesforce.query("SELECT COUNT() FROM Account WHERE Key__c != null")["totalSize"] == 2


@pytest.mark.usefixtures("quick_bulk")
def test_bulk_query_comes_in_parts(salesforce):
    parts = list(salesforce.bulk2.Account.query("SELECT Id FROM Account", max_records=200))
    assert [part.count("\n") - 1 for part in parts] == [200, 200, 50]


def test_password_flow(session):
    client = Salesforce(
        username="integration@example.com",
        password="secret",
        consumer_key=SALESFORCE_CONSUMER_KEY,
        consumer_secret=SALESFORCE_CONSUMER_SECRET,
        session=session,
    )
    assert client.query("SELECT Id FROM Account LIMIT 1")["totalSize"] == 1


def test_jwt_flow(session):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    client = Salesforce(
        username="integration@example.com",
        consumer_key=SALESFORCE_CONSUMER_KEY,
        privatekey=text,
        session=session,
    )
    assert client.query("SELECT Id FROM Account LIMIT 1")["totalSize"] == 1


def test_old_assertion_is_refused(sandbox):
    claims = {"iss": SALESFORCE_CONSUMER_KEY, "sub": "a@example.com", "aud": "login", "exp": int(time.time()) - 5}
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": jwt.encode(claims, "k" * 32, algorithm="HS256"),
    }
    response = sandbox.http.post("/services/oauth2/token", data=form)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_wrong_secret_is_refused(session):
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        Salesforce(consumer_key=SALESFORCE_CONSUMER_KEY, consumer_secret="x", domain="acme.my", session=session)


def _records(content):
    header, *lines = io.StringIO(content).read().splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
