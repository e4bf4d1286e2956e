"""Google's own Python client, unchanged but for its host, works against the sandbox."""

from __future__ import annotations

import pytest
from google.ads import datamanager_v1 as datamanager
from google.ads.datamanager_v1.services.ingestion_service.transports import IngestionServiceRestTransport
from google.ads.datamanager_v1.services.user_list_service.transports import UserListServiceRestTransport
from google.api_core.exceptions import BadRequest, NotFound
from google.oauth2.credentials import Credentials

from abm_sandbox.credentials import GOOGLE_ACCOUNT

PARENT = f"accountTypes/GOOGLE_ADS/accounts/{GOOGLE_ACCOUNT}"
GRANTED = datamanager.ConsentStatus.CONSENT_GRANTED


@pytest.fixture
def transport(google_url, account):
    """What each of the client's services speaks through."""
    return {"host": google_url, "credentials": Credentials(account.open_token()), "url_scheme": "http"}


@pytest.fixture
def lists(transport):
    with datamanager.UserListServiceClient(transport=UserListServiceRestTransport(**transport)) as client:
        yield client


@pytest.fixture
def ingestion(transport):
    with datamanager.IngestionServiceClient(transport=IngestionServiceRestTransport(**transport)) as client:
        yield client


@pytest.fixture
def made(lists):
    contacts = {"upload_key_types": ["CONTACT_ID"], "contact_id_info": {"data_source_type": 1}}
    wanted = datamanager.UserList(display_name="ABM tier 1", ingested_user_list_info=contacts)
    return lists.create_user_list(parent=PARENT, user_list=wanted)


def _members(*numbers):
    return [{"user_data": {"user_identifiers": [{"email_address": f"{number:064x}"}]}} for number in numbers]


def _request(kind, made, *numbers, **values):
    account = {"account_type": "GOOGLE_ADS", "account_id": GOOGLE_ACCOUNT}
    return kind(
        destinations=[{"operating_account": account, "product_destination_id": str(made.id)}],
        audience_members=_members(*numbers),
        encoding="HEX",
        **values,
    )


def _ingest(made, *numbers, **values):
    return _request(
        datamanager.IngestAudienceMembersRequest,
        made,
        *numbers,
        consent={"ad_user_data": GRANTED, "ad_personalization": GRANTED},
        terms_of_service={"customer_match_terms_of_service_status": "ACCEPTED"},
        **values,
    )


def test_client_makes_fills_empties_and_deletes_a_list(lists, ingestion, made, clock, store):
    assert [one.display_name for one in lists.list_user_lists(parent=PARENT)] == ["ABM tier 1"]
    sent = ingestion.ingest_audience_members(_ingest(made, 1, 2, 3))
    clock.now += 60
    (told,) = ingestion.retrieve_request_status(request={"request_id": sent.request_id}).request_status_per_destination
    assert told.request_status.name == "SUCCESS"
    assert told.audience_members_ingestion_status.user_data_ingestion_status.record_count == 3
    ingestion.remove_audience_members(_request(datamanager.RemoveAudienceMembersRequest, made, 2, 3))
    clock.now += 60
    assert lists.get_user_list(name=made.name).display_name == "ABM tier 1"
    assert store.execute("select count(*) as n from members")[0]["n"] == 1
    lists.delete_user_list(name=made.name)
    with pytest.raises(NotFound):
        lists.get_user_list(name=made.name)


def test_client_tells_which_member_is_wrong_and_nothing_was_taken(ingestion, made, clock, store):
    request = _ingest(made, 1)
    request.audience_members[0].user_data.user_identifiers[0].email_address = "person@example.com"
    with pytest.raises(BadRequest) as error:
        ingestion.ingest_audience_members(request)
    (violation,) = error.value.details[-1]["fieldViolations"]
    assert violation["reason"] == "INVALID_HEX_ENCODING"
    ingestion.ingest_audience_members(_ingest(made, 1, validate_only=True))
    clock.now += 60
    assert store.execute("select count(*) as n from members")[0]["n"] == 0
