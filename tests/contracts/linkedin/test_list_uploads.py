"""List uploads: an address, a file, a segment of that type, and its attachment, as Microsoft Learn describes them."""

from __future__ import annotations

import pytest

from abm_sandbox.credentials import LINKEDIN_ACCOUNT

LIST = {"type": "COMPANY_LIST_UPLOAD", "sourcePlatform": "LIST_UPLOAD"}
HEADER = "companyname,companywebsite,companyemaildomain,linkedincompanypageurl,city\n"


@pytest.fixture
def upload(http):
    def send(content):
        address = http.post("/dmpSegments?action=generateUploadUrl", json={"owner": LINKEDIN_ACCOUNT})
        assert address.status_code == 200, address.text
        taken = http.post(address.json()["value"], content=content, headers={"Content-Type": "text/csv"})
        assert (taken.status_code, taken.content) == (201, b"")
        return f"urn:li:media:{taken.headers['location'].rpartition('/')[2]}"

    return send


@pytest.fixture
def list_segment(make_segment, clock):
    segment = make_segment(**LIST)
    clock.now += 5
    return segment


def test_attached_list_is_built_from_then_on(http, upload, list_segment, clock):
    rows = "".join(f"Company {n},c{n}.example,,,\n" for n in range(400))
    clock.now += 1000
    attached = http.post(f"/dmpSegments/{list_segment}/listUploads", json={"inputFile": upload(HEADER + rows)})
    assert attached.status_code == 201
    (told,) = http.get(f"/dmpSegments/{list_segment}").json()["destinations"]
    assert (told["status"], told["audienceSize"]) == ("BUILDING", 0)
    clock.now += 60
    (told,) = http.get(f"/dmpSegments/{list_segment}").json()["destinations"]
    assert told["status"] == "READY"
    assert told["audienceSize"] > 400


def test_list_cannot_be_edited(http, upload, list_segment):
    media = upload(HEADER + "Company,c.example,,,\n")
    assert http.post(f"/dmpSegments/{list_segment}/listUploads", json={"inputFile": media}).status_code == 201
    assert http.post(f"/dmpSegments/{list_segment}/listUploads", json={"inputFile": media}).status_code == 400


def test_rows_that_name_nobody_are_passed_over(http, upload, list_segment, store):
    media = upload(HEADER + ",,,,Berlin\nCompany,c.example,,,Berlin\n")
    http.post(f"/dmpSegments/{list_segment}/listUploads", json={"inputFile": media})
    assert [row["member_key"] for row in store.execute("select member_key from members")] == [
        "companyWebsiteDomain=c.example"
    ]


def test_only_segments_of_lists_take_lists_and_only_known_files(http, upload, segment, list_segment):
    media = upload(HEADER)
    assert http.post(f"/dmpSegments/{segment}/listUploads", json={"inputFile": media}).status_code == 400
    unknown = {"inputFile": "urn:li:media:other"}
    assert http.post(f"/dmpSegments/{list_segment}/listUploads", json=unknown).json()["code"] == "FIELD_INVALID"


def test_fresh_segment_is_not_there_yet(http, upload, make_segment):
    attached = http.post(f"/dmpSegments/{make_segment(**LIST)}/listUploads", json={"inputFile": upload(HEADER)})
    assert attached.status_code == 404


def test_other_accounts_and_actions_are_refused(http):
    other = {"owner": "urn:li:sponsoredAccount:9"}
    assert http.post("/dmpSegments?action=generateUploadUrl", json=other).status_code == 403
    assert http.post("/dmpSegments?action=other", json={}).status_code == 400
