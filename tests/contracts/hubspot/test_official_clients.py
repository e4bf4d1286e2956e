"""HubSpot's own clients, unchanged, work against the sandbox; the newer one checks each answer against its models."""

from __future__ import annotations

import hubspot
import hubspot_sdk
import pytest
from hubspot.crm.companies import (
    BatchInputSimplePublicObjectBatchInput,
    PublicObjectSearchRequest,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import PropertyCreate

from abm_sandbox.credentials import HUBSPOT_TOKEN

STYLE = {"name": "abm_style", "label": "ABM style", "type": "string", "group_name": "companyinformation"}


@pytest.fixture
def older(hubspot_url):
    """hubspot-api-client, on the numbered paths."""
    return hubspot.HubSpot(access_token=HUBSPOT_TOKEN, host=hubspot_url)


@pytest.fixture
def newer(hubspot_url):
    """hubspot-sdk, on the paths of 2026-03, in strict mode."""
    with hubspot_sdk.HubSpot(
        access_token=HUBSPOT_TOKEN, base_url=hubspot_url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def test_older_client_lists_pages_to_the_end(older):
    companies = older.crm.companies.get_all(properties=["name"])
    assert [company.id for company in companies] == ["100", "101", "102", "103", "104", "105"]


def test_older_client_creates_reads_updates_and_archives(older):
    api = older.crm.companies.basic_api
    made = api.create(SimplePublicObjectInputForCreate(properties={"name": "New"}))
    api.update(made.id, SimplePublicObjectInput(properties={"name": "Renamed"}))
    assert api.get_by_id(made.id).properties["name"] == "Renamed"
    api.archive(made.id)
    with pytest.raises(hubspot.crm.companies.exceptions.ApiException) as refused:
        api.get_by_id(made.id)
    assert refused.value.status == 404


def test_older_client_searches(older):
    name = {"propertyName": "name", "operator": "IN", "values": ["company 1", "company 3"]}
    answer = older.crm.companies.search_api.do_search(
        PublicObjectSearchRequest(filter_groups=[{"filters": [name]}], limit=1, sorts=["-hs_object_id"])
    )
    assert (answer.total, answer.results[0].id, answer.paging.next.after) == (2, "103", "1")


def test_older_client_defines_a_property_and_fills_it_in_a_batch(older):
    older.crm.properties.core_api.create("companies", PropertyCreate(field_type="text", **STYLE))
    inputs = [{"id": str(n), "properties": {"abm_style": "one_to_few"}} for n in (100, 101)]
    answer = older.crm.companies.batch_api.update(BatchInputSimplePublicObjectBatchInput(inputs=inputs))
    assert [record.properties["abm_style"] for record in answer.results] == ["one_to_few"] * 2


def test_older_client_reads_owners_and_associations(older):
    assert [owner.email for owner in older.crm.owners.owners_api.get_page().results] == ["one@example.com"]
    page = older.crm.associations.v4.basic_api.get_page("deals", "300", "companies")
    assert {spec.type_id for spec in page.results[0].association_types} == {5, 341}


def test_newer_client_lists_and_follows_paging(newer):
    pages = newer.crm.objects.companies.list(limit=4, properties=["name", "industry"])
    assert [company.properties["name"] for company in pages] == [f"Company {n}" for n in range(6)]


def test_newer_client_accepts_a_batch_refused_in_part(newer):
    inputs = [
        {"id": "100", "properties": {"city": "Oslo"}, "object_write_trace_id": "a"},
        {"id": "999", "properties": {"city": "Oslo"}, "object_write_trace_id": "b"},
    ]
    answer = newer.crm.objects.companies.batch.update(inputs=inputs)
    # Its model of the answer has no errors; they come as extra members.
    assert [record.id for record in answer.results] == ["100"]
    assert [error["context"]["objectWriteTraceId"] for error in answer.model_extra["errors"]] == [["b"]]


def test_newer_client_searches(newer):
    answer = newer.crm.objects.companies.search(
        after="0",
        limit=2,
        properties=["name"],
        sorts=["hs_object_id"],
        filter_groups=[{"filters": [{"property_name": "hs_object_id", "operator": "GT", "value": "102"}]}],
    )
    assert (answer.total, [company.id for company in answer.results]) == (3, ["103", "104"])


def test_newer_client_manages_properties_and_groups(newer):
    newer.crm.properties.groups.create("companies", name="abm", label="ABM")
    newer.crm.properties.create("companies", field_type="text", **{**STYLE, "group_name": "abm"})
    assert newer.crm.properties.get("abm_style", object_type="companies").group_name == "abm"
    with pytest.raises(hubspot_sdk.ConflictError):
        newer.crm.properties.create("companies", field_type="text", **STYLE)


def test_newer_client_reads_owners_and_associations(newer):
    assert [owner.email for owner in newer.crm.owners.list(archived=True)] == ["two@example.com"]
    answer = newer.crm.associations.batch.get("companies", from_object_type="deals", inputs=[{"id": "301"}])
    assert answer.results[0].to[0].to_object_id == "101"


def test_newer_client_upserts_contacts_by_address(newer):
    inputs = [
        {"id": f"person{n}@example.com", "id_property": "email", "properties": {"jobtitle": "CEO"}} for n in (0, 7)
    ]
    answer = newer.crm.objects.contacts.batch.upsert(inputs=inputs)
    assert sorted(record.new for record in answer.results) == [False, True]
