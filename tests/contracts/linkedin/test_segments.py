"""Segments: created with the id in a header, found by account and source, renamed, deleted; states by the clock."""

from __future__ import annotations

import pytest

from abm_sandbox.credentials import LINKEDIN_ACCOUNT

FINDER = {"q": "account", "account": LINKEDIN_ACCOUNT}


def _domains(count):
    return [{"action": "ADD", "companyWebsiteDomain": f"company{n}.example"} for n in range(count)]


def test_create_answers_201_with_the_id_in_both_headers_and_no_body(http):
    body = {
        "name": "A",
        "sourcePlatform": "DIRECT_API",
        "account": LINKEDIN_ACCOUNT,
        "type": "COMPANY",
        "destinations": [{"destination": "LINKEDIN"}],
    }
    answer = http.post("/dmpSegments", json=body)
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["x-restli-id"] == answer.headers["x-linkedin-id"] != ""


def test_finder_element_has_the_documented_members(http, make_segment, clock):
    segment_id = make_segment()
    now = int(clock.now * 1000)
    assert http.get("/dmpSegments", params=FINDER | {"sourceSegmentId": "abm-tier-1"}).json() == {
        "paging": {"start": 0, "count": 10, "total": 1, "links": []},
        "elements": [
            {
                "id": segment_id,
                "name": "ABM tier 1",
                "type": "COMPANY",
                "account": LINKEDIN_ACCOUNT,
                "accessPolicy": "PRIVATE",
                "sourcePlatform": "DIRECT_API",
                "sourceSegmentId": "abm-tier-1",
                "inputCount": 0,
                "destinations": [
                    {
                        "destination": "LINKEDIN",
                        "status": "BUILDING",
                        "audienceSize": 0,
                        "matchedCount": 0,
                        "destinationSegmentId": f"urn:li:adSegment:{segment_id}",
                        "created": now,
                        "lastModified": now,
                    }
                ],
                "created": now,
                "lastModified": now,
            }
        ],
    }


def test_finder_filters_by_source_and_pages_to_the_end(http, make_segment):
    made = [make_segment(sourceSegmentId=f"abm-{n}") for n in range(5)]
    make_segment(sourcePlatform="OTHER", sourceSegmentId="abm-0")
    found, start, total = [], 0, 99
    while start < total:
        body = http.get(
            "/dmpSegments", params=FINDER | {"sourcePlatform": "DIRECT_API", "start": start, "count": 2}
        ).json()
        found += [element["id"] for element in body["elements"]]
        start, total = start + 2, body["paging"]["total"]
    assert (found, total) == (made, 5)
    assert [link["rel"] for link in body["paging"]["links"]] == ["prev"]


def test_urn_encoded_twice_is_refused(http):
    answer = http.get("/dmpSegments?q=account&account=urn%253Ali%253AsponsoredAccount%253A1")
    assert (answer.status_code, answer.json()["code"]) == (400, "FIELD_INVALID")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "MISSING_FIELD"),
        ({"account": "123"}, "FIELD_INVALID"),
        ({"type": "COMPANIES"}, "FIELD_INVALID"),
        ({"destinations": [{"destination": "ELSEWHERE"}]}, "FIELD_INVALID"),
    ],
)
def test_faulty_segment_is_refused(http, values, code):
    body = {"name": "A", "sourcePlatform": "DIRECT_API", "account": LINKEDIN_ACCOUNT, "type": "COMPANY"} | values
    answer = http.post("/dmpSegments", json=body)
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (400, 400, code)


def test_rename_and_delete(http, segment):
    rename = {"patch": {"$set": {"name": "Renamed"}}}
    assert http.post(f"/dmpSegments/{segment}", json=rename).status_code == 400
    headers = {"X-RestLi-Method": "PARTIAL_UPDATE"}
    assert http.post(f"/dmpSegments/{segment}", json=rename, headers=headers).status_code == 204
    assert http.get(f"/dmpSegments/{segment}").json()["name"] == "Renamed"
    assert http.delete(f"/dmpSegments/{segment}").status_code == 204
    assert http.get(f"/dmpSegments/{segment}").status_code == 404
    assert http.delete(f"/dmpSegments/{segment}").status_code == 404


def test_segment_is_built_by_the_clock_and_small_ones_tell_no_size(http, segment, stream, clock):
    def destination():
        return http.get(f"/dmpSegments/{segment}").json()["destinations"][0]

    stream(segment, *_domains(5))
    assert destination()["status"] == "BUILDING"
    clock.now += 60
    assert destination() | {"created": 0, "lastModified": 0} == destination() | {
        "created": 0,
        "lastModified": 0,
        "status": "READY",
        "audienceSize": 0,
        "matchedCount": 5,
    }
    stream(segment, *_domains(400))
    grown = destination()
    assert grown["audienceSize"] > 400
    assert 320 < grown["matchedCount"] < 405


def test_size_lags_behind_what_was_added_but_not_what_was_removed(http, segment, stream, clock, serve_account):
    def size():
        return http.get(f"/dmpSegments/{segment}").json()["destinations"][0]["audienceSize"]

    serve_account(counting_seconds=3600)
    clock.now += 60
    stream(segment, *_domains(400))
    assert size() == 0
    clock.now += 3601
    counted = size()
    assert counted > 400
    removed = [{"action": "REMOVE", **{k: v for k, v in one.items() if k != "action"}} for one in _domains(10)]
    stream(segment, *removed)
    assert 0 < size() < counted


def test_counts_cover_seven_days_and_the_size_everything(http, segment, stream, clock):
    stream(segment, *_domains(400))
    clock.now += 8 * 86400
    body = http.get(f"/dmpSegments/{segment}").json()
    assert (body["inputCount"], body["destinations"][0]["matchedCount"]) == (0, 0)
    assert body["destinations"][0]["audienceSize"] > 400


def test_what_was_written_is_there_after_a_new_start(http, segment, stream, store):
    from abm_sandbox.linkedin import create_app

    stream(segment, *_domains(3))
    account = create_app(store).state.ad_account
    assert account.segment(segment)["name"] == "ABM tier 1"
    assert store.execute("select count(*) as n from members")[0]["n"] == 3
